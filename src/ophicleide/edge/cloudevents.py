"""CloudEvents 1.0 over HTTP (binary, structured, batch), read strictly and written.

Read here and not by the SDK, which takes numbers for ids, decodes no percent-encoded header and knows no batch.
"""

import base64
import binascii
import re
from datetime import datetime
from enum import Enum
from typing import Any
from urllib.parse import quote, unquote

from ophicleide.edge.json_text import strict_json
from ophicleide.edge.messages import JSON, Request, Response, json_response
from ophicleide.errors import MalformedEvent, MalformedRequest
from ophicleide.events import Event

STRUCTURED = "application/cloudevents+json"
BATCH = "application/cloudevents-batch+json"
MAX_ATTRIBUTE_LENGTH = 1024

_REQUIRED = ("id", "source", "specversion", "type")
_KNOWN = frozenset({*_REQUIRED, "subject", "time", "datacontenttype", "dataschema", "data", "data_base64"})
_NAME = re.compile(r"[a-z0-9]+")
_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)")
# HTTP binding 3.1.3.2: every printable ASCII character but blank, quote and percent sign travels as it is.
_SAFE = "".join(c for c in map(chr, range(0x21, 0x7F)) if c not in '"%')


class Mode(Enum):
    BINARY = "binary"
    STRUCTURED = "structured"
    BATCH = "batch"


def mode_of(request: Request) -> Mode | None:
    """How the request carries events; None where it carries none."""
    if request.method != "POST":
        return None
    if request.media_type.startswith("application/cloudevents"):
        return Mode.BATCH if request.media_type.startswith("application/cloudevents-batch") else Mode.STRUCTURED
    return Mode.BINARY if any(f"ce-{name}" in request.headers for name in _REQUIRED) else None


def read(request: Request, mode: Mode, max_events: int) -> list[Event]:
    """The request's events, one but for a batch; raises `MalformedEvent`."""
    if mode is Mode.BINARY:
        return [_binary(request)]
    expected = BATCH if mode is Mode.BATCH else STRUCTURED
    if request.media_type != expected:
        raise MalformedEvent(f"Only the JSON format of CloudEvents is read: {expected}.")
    found = _json(request.body)
    if mode is Mode.STRUCTURED:
        return [_structured(found)]
    if not isinstance(found, list):
        raise MalformedEvent("A batch is a JSON array of CloudEvents.")
    if len(found) > max_events:
        raise MalformedEvent(f"A batch holds at most {max_events} events.")
    return [_at(position, len(found), item) for position, item in enumerate(found)]


def to_binary(event: Event, headers: dict[str, str] | None = None) -> Response:
    attributes = {f"ce-{name}": quote(value, safe=_SAFE) for name, value in _attributes(event).items()}
    return json_response(200, event.data, {**attributes, **(headers or {})})


def to_structured(event: Event, headers: dict[str, str] | None = None) -> Response:
    return json_response(200, envelope(event), headers, STRUCTURED)


def to_batch(events: list[Event]) -> Response:
    return json_response(200, [envelope(event) for event in events], content_type=BATCH)


def envelope(event: Event) -> dict[str, Any]:
    """The event in CloudEvents' JSON format."""
    return {**_attributes(event), "datacontenttype": JSON, "data": event.data}


def _attributes(event: Event) -> dict[str, str]:
    given = {"subject": event.subject, "time": event.time, **event.extensions}
    required = {"specversion": "1.0", "id": event.id, "source": event.source, "type": event.type}
    return required | {name: value for name, value in given.items() if value is not None}


def _at(position: int, count: int, item: Any) -> Event:
    try:
        return _structured(item)
    except MalformedEvent as error:
        raise MalformedEvent(
            f"Event {position + 1} of {count}: {error.detail} Nothing of the batch was done."
        ) from error


def _binary(request: Request) -> Event:
    try:
        attributes: dict[str, Any] = {
            name.removeprefix("ce-"): unquote(text, errors="strict")
            for name, text in request.headers.items()
            if name.startswith("ce-")
        }
    except UnicodeDecodeError as error:
        raise MalformedEvent("A ce- header is not percent-encoded UTF-8.") from error
    content_type = request.headers.get("content-type")
    if content_type and request.body:
        attributes["datacontenttype"] = content_type
    return _event(attributes, lambda: _json(request.body) if request.body else None)


def _structured(found: Any) -> Event:
    if not isinstance(found, dict):
        raise MalformedEvent("A CloudEvent is a JSON object.")
    if "data" in found and "data_base64" in found:
        raise MalformedEvent("A CloudEvent has data or data_base64, not both.")
    attributes = {name: value for name, value in found.items() if value is not None}
    return _event(attributes, lambda: _decoded(found["data_base64"]) if "data_base64" in found else found.get("data"))


def _event(attributes: dict[str, Any], data: Any) -> Event:
    if faults := list(_faults(attributes)):
        raise MalformedEvent(f"The CloudEvent is not valid: {'; '.join(faults)}.")
    return Event(
        id=attributes["id"],
        source=attributes["source"],
        type=attributes["type"],
        subject=attributes.get("subject"),
        time=attributes.get("time"),
        extensions={name: _text(value) for name, value in attributes.items() if name not in _KNOWN},
        data=data(),
    )


def _faults(attributes: dict[str, Any]) -> Any:
    for name in _REQUIRED:
        if name not in attributes:
            yield f"{name} is missing"
    for name, value in attributes.items():
        if name in ("data", "data_base64"):
            continue
        if name not in _KNOWN and not (_NAME.fullmatch(name) and isinstance(value, str | int)):
            yield f"{name[:40]!r} is no attribute: names have lower-case letters and digits, values are simple"
        elif name in _KNOWN and not (isinstance(value, str) and 0 < len(value) <= MAX_ATTRIBUTE_LENGTH):
            yield f"{name} must be a text of 1 to {MAX_ATTRIBUTE_LENGTH} characters"
    if attributes.get("specversion") not in (None, "1.0"):
        yield "specversion must be 1.0"
    if "time" in attributes and not _is_time(attributes["time"]):
        yield "time must be an RFC 3339 timestamp"
    if not _is_json(attributes.get("datacontenttype", JSON)):
        yield "datacontenttype must be JSON"


def _is_time(text: Any) -> bool:
    try:
        return bool(_TIME.fullmatch(text) and datetime.fromisoformat(text.upper()))
    except (TypeError, ValueError):
        return False


def _is_json(content_type: Any) -> bool:
    media_type = str(content_type).partition(";")[0].strip().lower()
    return media_type == JSON or media_type.endswith("+json")


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _decoded(text: Any) -> Any:
    try:
        return _json(base64.b64decode(text, validate=True))
    except (binascii.Error, TypeError, ValueError) as error:
        raise MalformedEvent("data_base64 is not base64.") from error


def _json(data: bytes) -> Any:
    try:
        return strict_json(data)
    except MalformedRequest as error:
        raise MalformedEvent(error.detail) from error
