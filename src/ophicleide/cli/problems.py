"""From a problem document (RFC 9457) to what a person at a terminal reads and a script's exit code."""

from typing import Any

from ophicleide.cli.failures import CommandFailed, ExitCode

HINTS = {
    "model-not-found": "`ophicleide models list` shows the models there are.",
    "query-not-found": "`ophicleide queries list` shows the queries that were kept.",
    "alias-not-found": "`ophicleide aliases list` shows the names that are pinned.",
    "model-not-ready": "`ophicleide models wait MODEL` returns when it can answer.",
    "idempotency-conflict": "Leave --idempotency-key out to train another model.",
    "store-unavailable": "The document store is away; the functions recover by themselves when it is back.",
}
_PLACES = {"urls": "URL", "name": "NAME", "word": "WORD", "words": "WORD", "labels": "--label"}
_OPTIONS = frozenset(
    {
        *("model", "top_k", "status", "label", "limit", "positive", "negative", "vector", "objective", "offset"),
        *("min_similarity", "prefix", "among", "exclude", "other", "neighbours", "frequent", "min_count"),
    }
)


def failure(status: int, problem: dict[str, Any], *, as_typed: bool = True) -> CommandFailed:
    """The command's end for an answer of 4xx or 5xx; a body that is no problem document is an empty one.

    as_typed: name a faulty field by its argument or option; otherwise by its JSON Pointer, for a document that was given.
    """
    where = place if as_typed else str
    code = str(problem.get("type", "")).rpartition(":")[2]
    faults = [f"{where(str(e.get('pointer', '')))}: {e.get('detail', '')}" for e in problem.get("errors", ())]
    title = str(problem.get("title", f"The server answered {status}"))
    message = title if faults else str(problem.get("detail") or title)
    return CommandFailed(exit_code(status), message, lines=faults, hint=HINTS.get(code, ""))


def place(pointer: str) -> str:
    """Where the person at the terminal wrote the field that a JSON Pointer names."""
    head, *rest = pointer.removeprefix("/queries/0").removeprefix("/").split("/")
    if head == "parameters" and rest:
        return f"--{rest[0].replace('_', '-')}"
    if head == "urls" and rest and rest[0].isdigit():
        return f"URL {int(rest[0]) + 1}"
    if head == "vectors":
        return {"url": "URL", "format": "--format"}.get("".join(rest), "URL")
    if head in _OPTIONS:
        return f"--{head.replace('_', '-')}"
    return _PLACES.get(head, pointer or "request")


def exit_code(status: int) -> ExitCode:
    if status in (502, 503, 504):
        return ExitCode.UNREACHABLE
    return ExitCode.NOT_FOUND if status == 404 else ExitCode.REFUSED
