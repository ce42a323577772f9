"""The one family of errors that the domain and its adapters raise.

No HTTP here: `edge/problems.py` holds the one table from these classes to statuses.
Every `detail` is a sentence for the caller that says what to do; nothing internal goes into it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar, Self


@dataclass(frozen=True)
class FieldProblem:
    """One fault of one field; `pointer` is a JSON Pointer (RFC 6901) into the request, e.g. `/urls/0`."""

    pointer: str
    detail: str


class OphicleideError(Exception):
    """`code` is stable and for machines, `detail` a sentence for people."""

    code: ClassVar[str] = "error"
    title: ClassVar[str] = "Something went wrong"

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail

    @property
    def members(self) -> dict[str, object]:
        """What a problem document says beyond type, title, status and detail."""
        return {}


class MalformedRequest(OphicleideError):
    """The bytes cannot be read at all: broken JSON, a body where none is taken."""

    code = "malformed-request"
    title = "The request cannot be read"


class MalformedEvent(OphicleideError):
    code = "malformed-event"
    title = "The CloudEvent cannot be read"


class UnsupportedMediaType(OphicleideError):
    code = "unsupported-media-type"
    title = "The content type is not supported"


class BodyTooLarge(OphicleideError):
    code = "body-too-large"
    title = "The body is too large"


class PathNotFound(OphicleideError):
    code = "path-not-found"
    title = "There is nothing at this path"


class MethodNotAllowed(OphicleideError):
    code = "method-not-allowed"
    title = "The path does not take this method"

    def __init__(self, detail: str, allowed: Sequence[str]) -> None:
        super().__init__(detail)
        self.allowed = tuple(allowed)


class RangeNotSatisfiable(OphicleideError):
    """The part of a file that was asked for starts behind its end; `size` is the whole file's, in bytes."""

    code = "range-not-satisfiable"
    title = "The range lies outside of the file"

    def __init__(self, detail: str, size: int) -> None:
        super().__init__(detail)
        self.size = size


class InvalidRequest(OphicleideError):
    """The request can be read, and one or more of its fields are wrong; all of them are told at once."""

    code = "invalid-request"
    title = "The request is not valid"

    def __init__(self, problems: Sequence[FieldProblem], detail: str | None = None) -> None:
        super().__init__(detail or "; ".join(f"{p.pointer or 'body'}: {p.detail}" for p in problems))
        self.problems = tuple(problems)

    @property
    def members(self) -> dict[str, object]:
        return {"errors": [{"pointer": p.pointer, "detail": p.detail} for p in self.problems]}


class IdempotencyConflict(OphicleideError):
    code = "idempotency-conflict"
    title = "The idempotency key was used for another request"


class ModelNotFound(OphicleideError):
    code = "model-not-found"
    title = "There is no such model"


class AliasNotFound(OphicleideError):
    code = "alias-not-found"
    title = "The name was never pinned"


class ModelDeleted(OphicleideError):
    """A late retry asks for a model that was made and deleted since; making it again would resurrect it."""

    code = "model-deleted"
    title = "The model was deleted"


class QueryNotFound(OphicleideError):
    code = "query-not-found"
    title = "There is no such query"


class ModelNotReady(OphicleideError):
    code = "model-not-ready"
    title = "The model cannot answer yet"

    def __init__(self, detail: str, status: str) -> None:
        super().__init__(detail)
        self.status = status

    @property
    def members(self) -> dict[str, object]:
        return {"model_status": self.status}


class UnknownWord(OphicleideError):
    """One word, or every one of several, that the vocabulary does not have; each with near spellings."""

    code = "unknown-word"
    title = "The word is not in the vocabulary"

    def __init__(
        self, word: str, suggestions: Sequence[str], others: Mapping[str, Sequence[str]] = MappingProxyType({})
    ) -> None:
        self.unknown = {word: tuple(suggestions)} | {other: tuple(near) for other, near in others.items()}
        hints = (f" Near '{name}': {', '.join(near)}." for name, near in self.unknown.items() if near)
        hint = f" Near spellings: {', '.join(suggestions)}." if suggestions else ""
        said = (
            f"The words {_listed(self.unknown)} are not in the model's vocabulary.{''.join(hints)}"
            if others
            else f"The word '{word}' is not in the model's vocabulary.{hint}"
        )
        super().__init__(said)
        self.word = word
        self.suggestions = tuple(suggestions)

    @classmethod
    def all_of(cls, unknown: Mapping[str, Sequence[str]]) -> Self:
        """One error for all of them, at least one, in their order."""
        (word, suggestions), *others = unknown.items()
        return cls(word, suggestions, dict(others))

    @property
    def members(self) -> dict[str, object]:
        unknown = [{"word": word, "suggestions": list(near)} for word, near in self.unknown.items()]
        return {"word": self.word, "suggestions": list(self.suggestions), "unknown_words": unknown}


class StoreUnavailable(OphicleideError):
    """The document store did not answer; the caller may try again after `retry_after_seconds`."""

    code = "store-unavailable"
    title = "The document store cannot be reached"

    def __init__(self, detail: str, retry_after_seconds: int = 2) -> None:
        super().__init__(detail)
        self.retry_after_seconds = retry_after_seconds


class Unavailable(OphicleideError):
    """What should answer is not running or has too much to do; the caller may try again after `retry_after_seconds`."""

    code = "unavailable"
    title = "The service cannot take the request now"

    def __init__(self, detail: str, retry_after_seconds: int = 1) -> None:
        super().__init__(detail)
        self.retry_after_seconds = retry_after_seconds


class LaunchFailed(OphicleideError):
    """The training job could not be started."""

    code = "launch-failed"
    title = "The training job could not be started"


class ArtifactDamaged(OphicleideError):
    """Stored vectors do not have the form, length or checksum that they should."""

    code = "artifact-damaged"
    title = "The stored vectors are damaged"


def _listed(words: Iterable[str]) -> str:
    *first, last = (f"'{word}'" for word in words)
    return f"{', '.join(first)} and {last}"
