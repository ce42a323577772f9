"""Whatever arrives as an event: an answer that a broker understands, and never a fault of ours."""

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as some

from ophicleide.domain.events import RequestType
from ophicleide.edge.messages import Request, Response
from tests.functions.ways import BATCH, JSON, STRUCTURED, event
from tests.functions.world import World

NAMES = ("create_model", "delete_model", "list_models", "query", "set_alias")
scalars = some.none() | some.booleans() | some.integers() | some.floats(allow_nan=False) | some.text()
documents = some.recursive(scalars, lambda part: some.lists(part) | some.dictionaries(some.text(), part), max_leaves=8)
attributes = some.sampled_from(
    ["id", "source", "type", "specversion", "time", "subject", "datacontenttype", "data_base64", "data", "x", "X!"]
)
events = some.builds(
    lambda kind, data, changes: event(kind, data) | changes,
    some.sampled_from([str(kind) for kind in RequestType]),
    documents,
    some.dictionaries(attributes, documents, max_size=2),
)


def answered(name: str, content_type: str, body: bytes, headers: dict[str, str]) -> Response:
    function = World().function(name)
    return function.handle(Request("POST", "/", headers={"content-type": content_type, **headers}, body=body))


def check(response: Response) -> None:
    assert response.status in (200, 400, 422)
    assert isinstance(json.loads(response.body), (dict, list))


@settings(max_examples=150, deadline=None)
@given(name=some.sampled_from(NAMES), sent=events)
def test_any_structured_event_is_answered(name: str, sent: dict[str, Any]):
    check(answered(name, STRUCTURED, json.dumps(sent).encode(), {}))


@settings(max_examples=100, deadline=None)
@given(name=some.sampled_from(NAMES), sent=some.lists(events, max_size=4) | documents)
def test_any_batch_is_answered(name: str, sent: Any):
    check(answered(name, BATCH, json.dumps(sent).encode(), {}))


@settings(max_examples=150, deadline=None)
@given(
    name=some.sampled_from(NAMES),
    headers=some.dictionaries(some.from_regex(r"ce-[a-z]{1,12}", fullmatch=True), some.text(max_size=30), max_size=5),
    body=some.binary(max_size=50) | documents.map(lambda part: json.dumps(part).encode()),
)
def test_any_binary_event_is_answered(name: str, headers: dict[str, str], body: bytes):
    given_headers = {"ce-id": "1", "ce-source": "/t", "ce-specversion": "1.0", "ce-type": RequestType.LIST_MODELS}
    check(answered(name, JSON, body, given_headers | headers))
