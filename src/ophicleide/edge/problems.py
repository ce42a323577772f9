"""The one table from the domain's errors to statuses, and the problem documents (RFC 9457) that say them.

On the event path a broker retries 404, 408, 409, 429 and 5xx: what no retry can cure gets 400 or 422 there.
"""

from typing import Annotated, Any, NamedTuple

from pydantic import Field

from ophicleide.domain import errors
from ophicleide.domain.values import Value
from ophicleide.edge import journal
from ophicleide.edge.messages import Response, json_response

PROBLEM_JSON = "application/problem+json"
TYPE_PREFIX = "urn:ophicleide:problem:"
LAUNCH_RETRY_SECONDS = 5


class Statuses(NamedTuple):
    http: int
    event: int


TABLE: dict[type[errors.OphicleideError], Statuses] = {
    errors.MalformedRequest: Statuses(400, 400),
    errors.MalformedEvent: Statuses(400, 400),
    errors.UnsupportedMediaType: Statuses(415, 400),
    errors.BodyTooLarge: Statuses(413, 400),
    errors.PathNotFound: Statuses(404, 400),
    errors.MethodNotAllowed: Statuses(405, 400),
    errors.RangeNotSatisfiable: Statuses(416, 400),
    errors.InvalidRequest: Statuses(422, 422),
    errors.IdempotencyConflict: Statuses(422, 422),
    errors.ModelNotFound: Statuses(404, 422),
    errors.AliasNotFound: Statuses(404, 422),
    errors.ModelDeleted: Statuses(410, 422),
    errors.QueryNotFound: Statuses(404, 422),
    errors.ModelNotReady: Statuses(409, 422),
    errors.UnknownWord: Statuses(422, 422),
    errors.StoreUnavailable: Statuses(503, 503),
    errors.Unavailable: Statuses(503, 503),
    errors.LaunchFailed: Statuses(503, 503),
    errors.ArtifactDamaged: Statuses(500, 422),
}


class FieldFault(Value):
    pointer: Annotated[str, Field(description="JSON Pointer (RFC 6901) to the field.")]
    detail: Annotated[str, Field(description="What is wrong with it.")]


class UnknownWordSpelt(Value):
    word: str
    suggestions: Annotated[tuple[str, ...], Field(description="Known words that are spelt like it.")]


class Problem(Value):
    """A problem document (RFC 9457); members beyond `instance` depend on the type."""

    type: Annotated[str, Field(description="Stable, for machines.", pattern=rf"^{TYPE_PREFIX}[a-z-]+$")]
    title: Annotated[str, Field(description="What kind of problem it is; the same for every one of its type.")]
    status: Annotated[int, Field(ge=400, le=599)]
    detail: Annotated[str, Field(description="What went wrong here and what to do, for people.")]
    instance: Annotated[str | None, Field(description="The path that was asked for.")] = None
    errors: Annotated[tuple[FieldFault, ...] | None, Field(description="Every wrong field.")] = None
    word: Annotated[str | None, Field(description="The word that is not known.")] = None
    suggestions: Annotated[tuple[str, ...] | None, Field(description="Known words that are spelt like it.")] = None
    unknown_words: Annotated[
        tuple[UnknownWordSpelt, ...] | None, Field(description="Every word of the request that is not known.")
    ] = None
    model_status: Annotated[str | None, Field(description="The status of the model that cannot answer.")] = None


def problem(error: errors.OphicleideError, instance: str | None, *, on_event_path: bool = False) -> Problem:
    http, event = next(TABLE[kind] for kind in type(error).__mro__ if kind in TABLE)
    return Problem(
        type=TYPE_PREFIX + error.code,
        title=error.title,
        status=event if on_event_path else http,
        detail=error.detail,
        instance=instance,
        **_members(error),
    )


def problem_response(error: errors.OphicleideError, instance: str | None, *, on_event_path: bool = False) -> Response:
    return _response(problem(error, instance, on_event_path=on_event_path), _headers(error))


def internal_error(instance: str, request_id: str) -> Response:
    """What a caller learns of a fault of ours: that it is one, and nothing of its inside; to be called where it is caught, and logged."""
    journal.log.exception("unexpected fault", extra={"request_id": request_id})
    fault = Problem(
        type=f"{TYPE_PREFIX}internal-error",
        title="Something went wrong here",
        status=500,
        detail="The request met a fault in this service. The log holds it under this answer's X-Request-Id.",
        instance=instance,
    )
    return _response(fault, {"X-Request-Id": request_id})


def document(fault: Problem) -> dict[str, Any]:
    return fault.model_dump(mode="json", exclude_none=True)


def _response(fault: Problem, headers: dict[str, str]) -> Response:
    return json_response(fault.status, document(fault), headers, PROBLEM_JSON)


def _members(error: errors.OphicleideError) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in error.members.items()}


def _headers(error: errors.OphicleideError) -> dict[str, str]:
    match error:
        case errors.MethodNotAllowed():
            return {"Allow": ", ".join(error.allowed)}
        case errors.RangeNotSatisfiable():
            return {"Content-Range": f"bytes */{error.size}"}
        case errors.StoreUnavailable() | errors.Unavailable():
            return {"Retry-After": str(error.retry_after_seconds)}
        case errors.LaunchFailed():
            return {"Retry-After": str(LAUNCH_RETRY_SECONDS)}
    return {}
