"""Which function answers a method and a path, by the contract: each operation's tag names the function."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from ophicleide.domain.errors import MethodNotAllowed, PathNotFound

METHODS = frozenset({"get", "put", "post", "delete", "patch"})


class Contract:
    def __init__(self, document: Mapping[str, Any]) -> None:
        self._paths = [(_pattern(path), _functions(item)) for path, item in document["paths"].items()]

    @classmethod
    def read(cls, path: Path) -> "Contract":
        return cls(yaml.safe_load(path.read_text()))

    def function(self, method: str, path: str) -> str:
        """The function's name; HEAD goes where GET goes, OPTIONS to any that knows the path."""
        functions = next((functions for pattern, functions in self._paths if pattern.fullmatch(path)), None)
        if functions is None:
            raise PathNotFound(f"Nothing answers at {path}. The contract at /openapi.yaml lists every path.")
        if method == "OPTIONS":
            return next(iter(functions.values()))
        found = functions.get("GET" if method == "HEAD" else method)
        if found is None:
            allowed = sorted({*functions, "OPTIONS"} | ({"HEAD"} if "GET" in functions else set()))
            raise MethodNotAllowed(f"{path} takes {', '.join(allowed)}.", allowed)
        return found

    @property
    def functions(self) -> set[str]:
        return {function for _, functions in self._paths for function in functions.values()}


def _functions(item: Mapping[str, Any]) -> dict[str, str]:
    return {method.upper(): item[method]["tags"][0] for method in item.keys() & METHODS}


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(path)))
