"""The ways in: plain HTTP, and events in binary, structured and batch mode; each asks for the same thing."""

import json
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from werkzeug.test import Client, TestResponse

JSON = "application/json"
STRUCTURED = "application/cloudevents+json"
BATCH = "application/cloudevents-batch+json"
EVENT_WAYS = ("binary", "structured", "batch")
WAYS = ("http", *EVENT_WAYS)


@dataclass(frozen=True)
class Answer:
    """An answer without its envelope: the data, or the problem's type and faults."""

    response: TestResponse
    status: int
    data: Any
    event: dict[str, Any] | None = None

    @property
    def faults(self) -> list[tuple[str, str]]:
        return [(fault["pointer"].removeprefix("/0/data"), fault["detail"]) for fault in self.data.get("errors", [])]

    @property
    def problem(self) -> str:
        return str(self.data["type"]).removeprefix("urn:ophicleide:problem:")


def event(kind: str, data: Any, **more: Any) -> dict[str, Any]:
    return {"specversion": "1.0", "id": str(uuid4()), "source": "/tests", "type": kind, "data": data, **more}


def send(client: Client, way: str, sent: dict[str, Any], path: str = "/") -> Answer:
    """Send an event; its data or its problem comes back, whatever the mode."""
    if way == "binary":
        headers = {f"ce-{name}": value for name, value in sent.items() if name != "data"}
        response = client.post(path, headers=headers, data=json.dumps(sent["data"]), content_type=JSON)
        attributes = {name[3:].lower(): value for name, value in response.headers if name.lower().startswith("ce-")}
        return Answer(response, response.status_code, response.json, attributes)
    body, kind = (sent, STRUCTURED) if way == "structured" else ([sent], BATCH)
    response = client.post(path, data=json.dumps(body), content_type=kind)
    reply = response.json[0] if isinstance(response.json, list) else response.json
    return Answer(response, response.status_code, reply.get("data", reply), reply)
