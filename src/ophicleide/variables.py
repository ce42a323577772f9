"""Typed values out of environment variables: kinds, bounds, and one sentence for each fault.

Nothing of pydantic, which takes longer to import than an answer takes to find.
What settings there are is `settings.py`'s affair.
"""

import math
import re
from dataclasses import dataclass
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, get_args, get_origin


@dataclass(frozen=True, kw_only=True)
class Field:
    """What a setting is for, in a sentence, and its bounds; `repr` is False for a secret."""

    description: str
    ge: float | None = None
    gt: float | None = None
    le: float | None = None
    min_length: int = 0
    max_length: int | None = None
    pattern: str | None = None
    repr: bool = True

    def fault(self, value: Any) -> str | None:
        """What is wrong with a value of the right kind."""
        return self._fault_of_text(value) if isinstance(value, str) else self._fault_of_number(value)

    def _fault_of_text(self, value: str) -> str | None:
        if self.pattern is not None and not re.search(self.pattern, value):
            return f"must match {self.pattern}"
        if not self.min_length <= len(value) <= (self.max_length or len(value)):
            return f"must have {self.min_length} to {self.max_length} characters"
        return None

    def _fault_of_number(self, value: Any) -> str | None:
        if self.ge is not None and not value >= self.ge:
            return f"must be at least {self.ge}"
        if self.gt is not None and not value > self.gt:
            return f"must be more than {self.gt}"
        if self.le is not None and not value <= self.le:
            return f"must be at most {self.le}"
        return None


def read(kind: Any, text: str) -> Any:
    """The text as a value of an annotation's kind; raises `ValueError` with a sentence."""
    if get_origin(kind) is UnionType:
        (kind,) = (choice for choice in get_args(kind) if choice is not NoneType)
    if get_origin(kind) is Literal:
        if text not in get_args(kind):
            raise ValueError(f"must be one of {', '.join(get_args(kind))}")
        return text
    if kind is float:
        return _finite(text)
    if kind is int and not re.fullmatch(r"[+-]?[0-9]{1,30}", text):
        raise ValueError("must be a whole number")
    if kind not in (str, int, Path):
        raise TypeError(f"settings have no values of {kind}")
    return kind(text)


def _finite(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        raise ValueError("must be a number") from None
    if not math.isfinite(number):
        raise ValueError("must be a finite number")
    return number
