"""From a method and a path to an operation; no pattern language beyond `{name}` for one path segment."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ophicleide.domain.errors import MethodNotAllowed, PathNotFound
from ophicleide.edge.operation import Operation


@dataclass(frozen=True)
class Match:
    operation: Operation
    parameters: Mapping[str, str]


class Router:
    def __init__(self, operations: Iterable[Operation]) -> None:
        self._table = [(_pattern(operation.path), operation) for operation in operations]

    def find(self, method: str, path: str) -> Match:
        """HEAD finds what GET finds. Raises `PathNotFound` or `MethodNotAllowed`."""
        wanted = "GET" if method == "HEAD" else method
        for pattern, operation in self._table:
            if operation.method == wanted and (found := pattern.fullmatch(path)):
                return Match(operation, found.groupdict())
        raise MethodNotAllowed(f"{path} takes {', '.join(self.allowed(path))}.", self.allowed(path))

    def origins(self, path: str) -> frozenset[str]:
        """Whose web pages may read what answers at the path."""
        return frozenset(o for pattern, operation in self._table if pattern.fullmatch(path) for o in operation.origins)

    def allowed(self, path: str) -> list[str]:
        """Methods of a path; raises `PathNotFound` where it has none."""
        methods = {operation.method for pattern, operation in self._table if pattern.fullmatch(path)}
        if not methods:
            raise PathNotFound(f"Nothing answers at {path}. The OpenAPI document lists every path.")
        return sorted(methods | {"OPTIONS"} | ({"HEAD"} if "GET" in methods else set()))


def _pattern(template: str) -> re.Pattern[str]:
    parts = re.split(r"\{(\w+)\}", template)
    return re.compile("".join(f"(?P<{part}>[^/]+)" if i % 2 else re.escape(part) for i, part in enumerate(parts)), re.S)
