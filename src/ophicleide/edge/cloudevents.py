"""CloudEvents 1.0 over HTTP (binary, structured, batch), read strictly and written; the only module that knows the SDK.

The SDK takes messages apart and puts them together.
Here is what the specification asks for beyond it: the check of attributes, percent-encoding, strict JSON, batches.
"""

import base64
import binascii
import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote, unquote

from cloudevents import conversion
from cloudevents.http import CloudEvent, from_dict, from_http

from ophicleide.domain.errors import MalformedEvent, MalformedRequest
from ophicleide.domain.events import Event
from ophicleide.edge.event_modes import BATCH, REQUIRED, STRUCTURED, Mode
from ophicleide.edge.json_text import strict_json
from ophicleide.edge.messages import JSON, Request, Response, json_body

MAX_ATTRIBUTE_LENGTH = 1024

_KNOWN = frozenset({*REQUIRED, "subject", "time", "datacontenttype", "dataschema", "data", "data_base64"})
_NAME = re.compile(r"(?!extensions$)[a-z0-9]+")  # the SDK keeps extensions under that name
_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)")
# HTTP binding 3.1.3.2: every printable ASCII character but blank, quote and percent sign travels as it is.
_SAFE = "".join(c for c in map(chr, range(0x21, 0x7F)) if c not in '"%')


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


def to_binary(event: Event) -> Response:
    return _response(*conversion.to_binary(_written(event), json_body))


def to_structured(event: Event) -> Response:
    return _response(*conversion.to_structured(_written(event)))


def to_batch(events: list[Event]) -> Response:
    return Response(200, {"Content-Type": BATCH}, b"[%b]" % b",".join(to_structured(event).body for event in events))


def _written(event: Event) -> CloudEvent:
    # The SDK dates an event that has no time; an unset one it leaves out.
    return CloudEvent({"time": None, **event.attributes, "datacontenttype": JSON}, event.data)


def _response(headers: dict[str, str], body: bytes) -> Response:
    attributes = {name: quote(text, safe=_SAFE) for name, text in headers.items() if name.startswith("ce-")}
    return Response(200, {"Content-Type": headers["content-type"], **attributes}, body)


def _at(position: int, count: int, item: Any) -> Event:
    try:
        return _structured(item)
    except MalformedEvent as error:
        raise MalformedEvent(
            f"Event {position + 1} of {count}: {error.detail} Nothing of the batch was done."
        ) from error


def _binary(request: Request) -> Event:
    try:
        headers = {n: unquote(text, errors="strict") for n, text in request.headers.items() if n.startswith("ce-")}
    except UnicodeDecodeError as error:
        raise MalformedEvent("A ce- header is not percent-encoded UTF-8.") from error
    attributes = {name.removeprefix("ce-"): text for name, text in headers.items()}
    if request.body and (content_type := request.headers.get("content-type")):
        headers["content-type"] = attributes["datacontenttype"] = content_type
    _check(attributes)
    # The data stays bytes here: the SDK takes the JSON text "" for no data, and hides what a parser says.
    found = from_http({"ce-time": "", **headers}, request.body, lambda body: body)
    return _event(found, _json(request.body) if request.body else None)


def _structured(found: Any) -> Event:
    if not isinstance(found, dict):
        raise MalformedEvent("A CloudEvent is a JSON object.")
    if "data" in found and "data_base64" in found:
        raise MalformedEvent("A CloudEvent has data or data_base64, not both.")
    attributes = {name: value for name, value in found.items() if value is not None}
    _check(attributes)
    encoded = attributes.pop("data_base64", None)
    event = from_dict({"time": "", **attributes})
    return _event(event, event.get_data() if encoded is None else _decoded(encoded))


def _event(found: CloudEvent, data: Any) -> Event:
    attributes = found.get_attributes()
    return Event(
        id=attributes["id"],
        source=attributes["source"],
        type=attributes["type"],
        subject=attributes.get("subject"),
        time=attributes["time"] or None,
        extensions={
            name: value if isinstance(value, str) else json.dumps(value)
            for name, value in attributes.items()
            if name not in _KNOWN
        },
        data=data,
    )


def _check(attributes: Mapping[str, Any]) -> None:
    """Before the SDK sees them: it lowers names, takes any value, and gives ids and times to events without."""
    if faults := list(_faults(attributes)):
        raise MalformedEvent(f"The CloudEvent is not valid: {'; '.join(faults)}.")


def _faults(attributes: Mapping[str, Any]) -> Iterator[str]:
    for name in REQUIRED:
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
