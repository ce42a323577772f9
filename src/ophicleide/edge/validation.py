"""One validation for every way in: bodies, query strings and event data all become JSON for the same pydantic classes.

All faults are told at once, as JSON Pointers and sentences; no bound is written here.
"""

import json
import re
from collections.abc import Mapping, Sequence
from types import UnionType
from typing import Annotated, Any, TypeVar, Union, cast, get_args, get_origin
from urllib.parse import parse_qsl

from pydantic import BaseModel, ValidationError

from ophicleide.domain.errors import FieldProblem, InvalidRequest, MalformedRequest
from ophicleide.domain.values import OneOf

V = TypeVar("V", bound=BaseModel)

_NUMBER = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,18})?([eE][+-]?[0-9]{1,2})?", re.ASCII)

_SENTENCES = {
    "missing": "is required",
    "extra_forbidden": "there is no such field",
    "model_type": "must be an object",
    "dict_type": "must be an object",
    "string_type": "must be text",
    "string_sub_type": "must be text",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "finite_number": "must be a finite number",
    "bool_type": "must be true or false",
    "tuple_type": "must be a list",
    "list_type": "must be a list",
    "greater_than": "must be more than {gt}",
    "greater_than_equal": "must be at least {ge}",
    "less_than": "must be less than {lt}",
    "less_than_equal": "must be at most {le}",
    "string_too_short": "must have at least {min_length} characters",
    "string_too_long": "must have at most {max_length} characters",
    "too_short": "must have at least {min_length} entries",
    "too_long": "must have at most {max_length} entries",
    "enum": "must be one of {expected}",
    "string_pattern_mismatch": "must match {pattern}",
    "value_error": "{error}",
}
"""pydantic's kinds of error, said to the person who wrote the request; its own words serve for the rest."""


def validate(takes: type[V] | OneOf, document: Any) -> V:
    """The document (of JSON types) as that class; raises `InvalidRequest` with every fault."""
    if isinstance(takes, OneOf):
        return validate(cast("type[V]", _meant(takes, document)), document)
    try:
        return takes.model_validate_json(json.dumps(document), strict=True)
    except ValidationError as error:
        faults = error.errors(include_url=False)
        raise InvalidRequest([_problem(fault) for fault in faults if not _follows(fault, faults)]) from error


def _meant(takes: OneOf, document: Any) -> type[BaseModel]:
    kind = document.get(takes.field, takes.default) if isinstance(document, dict) else takes.default
    if not isinstance(kind, str) or kind not in takes.classes:
        raise InvalidRequest([FieldProblem(_pointer((takes.field,)), f"must be one of {', '.join(takes.classes)}")])
    return takes.classes[kind]


def validate_parameters(takes: type[V] | OneOf, query: str, path: Mapping[str, str]) -> V:
    """Query string and path parameters together as that class."""
    if isinstance(takes, OneOf):
        raise TypeError(f"{takes.name} is read from bodies and events only")
    document: dict[str, Any] = dict(path)
    problems = []
    for name, texts in _grouped(query).items():
        kind = takes.model_fields[name].annotation if name in takes.model_fields else None
        if name in path:
            problems.append(FieldProblem(_pointer((name,)), "is given by the path"))
        elif _is_list(kind):
            document[name] = texts
        elif len(texts) > 1:
            problems.append(FieldProblem(_pointer((name,)), "is given more than once"))
        else:
            document[name] = _number(texts[0]) if _is_number(kind) else texts[0]
    if problems:
        raise InvalidRequest(problems)
    return validate(takes, document)


def with_path(body: Any, path: Mapping[str, str]) -> Any:
    """The body as a document that has the path's parameters as fields; another value than an object is left to validation."""
    if not isinstance(body, dict):
        return body
    if twice := [FieldProblem(_pointer((name,)), "is given by the path") for name in path if name in body]:
        raise InvalidRequest(twice)
    return {**body, **path}


def refuse_parameters(query: str) -> None:
    """For operations that read a body only: a parameter that nobody reads is a mistake worth telling."""
    if names := _grouped(query):
        raise InvalidRequest([FieldProblem(_pointer((name,)), "there is no such parameter") for name in names])


def _grouped(query: str) -> dict[str, list[str]]:
    grouped: dict[str, list[str]] = {}
    try:
        for name, text in parse_qsl(query, keep_blank_values=True, errors="strict", max_num_fields=100):
            grouped.setdefault(name, []).append(text)
    except ValueError as error:
        raise MalformedRequest("The query string is not percent-encoded UTF-8, or has too many fields.") from error
    return grouped


def _is_list(kind: Any) -> bool:
    if get_origin(kind) in (Union, UnionType, Annotated):
        return any(_is_list(part) for part in get_args(kind))
    return get_origin(kind) is tuple


def _is_number(kind: Any) -> bool:
    if get_origin(kind) in (Union, UnionType, Annotated):
        return any(_is_number(part) for part in get_args(kind))
    return kind in (int, float)


def _number(text: str) -> float | str:
    """The number where the text is one in JSON's spelling, but for zeros before it; else the text, which validation then refuses by name."""
    if not _NUMBER.fullmatch(text):
        return text
    return float(text) if "." in text or "e" in text.lower() else int(text)


def _follows(fault: Any, faults: Sequence[Any]) -> bool:
    """pydantic counts only valid entries, so a list of wrong ones is "too short" besides."""
    place = fault["loc"]
    inside = (other["loc"][: len(place)] == place and len(other["loc"]) > len(place) for other in faults)
    return fault["type"] == "too_short" and any(inside)


def _problem(fault: Any) -> FieldProblem:
    steps = [step for step in fault["loc"] if step != "[key]"]
    sentence = _SENTENCES.get(fault["type"])
    detail = sentence.format_map(fault.get("ctx", {})) if sentence else fault["msg"]
    if fault["type"] in ("string_too_short", "too_short") and fault["ctx"]["min_length"] == 1:
        detail = "must not be empty"
    return FieldProblem(_pointer(steps), f"as a name, {detail}" if "[key]" in fault["loc"] else detail)


def _pointer(steps: Any) -> str:
    return "".join(f"/{str(step).replace('~', '~0').replace('/', '~1')}" for step in steps)
