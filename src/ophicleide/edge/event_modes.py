"""The ways in which an HTTP message carries events, told by its headers alone: plain requests never load the CloudEvents SDK."""

from enum import Enum

from ophicleide.edge.messages import Request

STRUCTURED = "application/cloudevents+json"
BATCH = "application/cloudevents-batch+json"
REQUIRED = ("id", "source", "specversion", "type")


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
    return Mode.BINARY if any(f"ce-{name}" in request.headers for name in REQUIRED) else None
