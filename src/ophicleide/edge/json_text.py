"""Strict JSON (RFC 8259, I-JSON): no duplicate names, no NaN, no broken UTF-8; faults come with their position."""

import json
import re
from typing import Any

from pydantic_core import from_json

from ophicleide.domain.errors import MalformedRequest

_POSITION = re.compile(r" at line (\d+) column (\d+)$")


def strict_json(data: bytes) -> Any:
    """The parsed document; raises `MalformedRequest`."""
    if not data.strip():
        raise MalformedRequest("The body is empty; send a JSON document.")
    try:
        from_json(data, allow_inf_nan=False)
        return json.loads(data, object_pairs_hook=_without_duplicates)
    except ValueError as error:
        raise MalformedRequest(f"The body is not JSON: {_sentence(str(error))}.") from error


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the name {json.dumps(twice)} is given more than once in one object")
    return members


def _sentence(message: str) -> str:
    return _POSITION.sub(r" at line \1, column \2", message)
