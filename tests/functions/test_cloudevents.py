"""Events as such: what is read, what is refused, and how replies travel. Messages written by hand are the peer, and the SDK."""

import base64
import json
from uuid import NAMESPACE_URL, uuid5

import pytest
from cloudevents.conversion import to_binary, to_structured
from cloudevents.http import CloudEvent, from_http

from ophicleide.domain.events import Event
from ophicleide.edge.cloudevents import read
from ophicleide.edge.event_modes import Mode
from ophicleide.edge.messages import Request
from tests.functions.ways import BATCH, EVENT_WAYS, STRUCTURED, event, send
from tests.functions.world import MAX_BODY_BYTES, URL

LIST = "dev.ophicleide.models.list.v1"
CREATE = "dev.ophicleide.model.create.v1"
QUERY = "dev.ophicleide.query.v1"
TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.fixture
def client(serve):
    return serve("list_models")


def structured(client, document):
    return client.post("/", data=json.dumps(document), content_type=STRUCTURED)


@pytest.mark.parametrize("write", [to_binary, to_structured])
def test_the_sdk_and_this_read_what_the_other_wrote(client, write):
    headers, body = write(CloudEvent({"type": LIST, "source": "/sdk", "id": "ü 1"}, {"limit": 1}))
    if "ce-id" in headers:
        headers["ce-id"] = "%C3%BC%201"  # the SDK leaves out the encoding that HTTP needs
    response = client.post("/", headers=headers, data=body)
    reply = from_http(dict(response.headers), response.data)
    assert (reply["type"], reply["source"]) == ("dev.ophicleide.models.listed.v1", "/ophicleide/list-models")
    assert reply.get_data() == {"models": [], "next_cursor": None}


BY_HAND = {
    "ce-specversion": "1.0",
    "ce-id": "%C3%BC 1%25",
    "ce-source": "/hand?a=b",
    "ce-type": LIST,
    "ce-time": "2026-11-23T10:00:00.5+01:00",
    "ce-traceparent": TRACE,
    "content-type": "application/json; charset=utf-8",
}
REPLY_ID = str(uuid5(NAMESPACE_URL, "/hand?a=b#ü 1%/dev.ophicleide.models.listed.v1"))


def test_a_binary_message_is_on_the_wire_as_the_specification_has_it(client):
    response = client.post("/", headers=BY_HAND, data=b'{"limit": 1}')
    assert response.data == b'{"models":[],"next_cursor":null}'
    assert response.content_type == "application/json"
    assert {name.lower(): text for name, text in response.headers if name.lower().startswith("ce-")} == {
        "ce-specversion": "1.0",
        "ce-id": REPLY_ID,
        "ce-source": "/ophicleide/list-models",
        "ce-type": "dev.ophicleide.models.listed.v1",
        "ce-traceparent": TRACE,
    }


def test_a_structured_message_is_on_the_wire_as_the_specification_has_it(client):
    body = f'''{{"specversion": "1.0", "id": "\\u00fc 1%", "source": "/hand?a=b", "type": "{LIST}",
        "subject": null, "traceparent": "{TRACE}", "data_base64": "eyJsaW1pdCI6IDF9"}}'''
    response = client.post("/", data=body, content_type=f"{STRUCTURED}; charset=utf-8")
    assert response.content_type == STRUCTURED
    assert json.loads(response.data) == {
        "specversion": "1.0",
        "id": REPLY_ID,
        "source": "/ophicleide/list-models",
        "type": "dev.ophicleide.models.listed.v1",
        "datacontenttype": "application/json",
        "traceparent": TRACE,
        "data": {"models": [], "next_cursor": None},
    }


def test_every_attribute_is_kept_and_none_is_made_up():
    sent = event(LIST, "", subject="s", time="2026-11-23T10:00:00Z", number=5, flag=True)
    bare = event(LIST, None)
    request = Request("POST", "/", headers={"content-type": BATCH}, body=json.dumps([sent, bare]).encode())
    full, plain = read(request, Mode.BATCH, 2)
    assert full == Event(sent["id"], "/tests", LIST, "", "s", "2026-11-23T10:00:00Z", {"number": "5", "flag": "true"})
    assert plain == Event(bare["id"], "/tests", LIST)


@pytest.mark.parametrize("way", EVENT_WAYS)
def test_an_empty_text_is_data_too(client, way):
    assert send(client, way, event(LIST, "")).status == 422


def test_all_modes_give_a_request_the_same_reply(client):
    asked = event(LIST, {}, subject="été", traceparent=TRACE)
    replies = [send(client, way, {**asked, "subject": "x"}) for way in EVENT_WAYS]
    assert len({reply.event["id"] for reply in replies}) == 1
    assert all(reply.event["traceparent"] == TRACE for reply in replies)
    assert [reply.response.content_type for reply in replies] == ["application/json", STRUCTURED, BATCH]


def test_an_event_is_taken_at_any_path(client):
    assert send(client, "binary", event(LIST, {}), path="/models").event["type"] == "dev.ophicleide.models.listed.v1"


def test_data_may_be_base64(client):
    sent = event(LIST, None) | {"data_base64": base64.b64encode(b'{"limit": 0}').decode()}
    del sent["data"]
    assert structured(client, sent).json["errors"][0]["pointer"] == "/limit"


def test_base64_that_is_none_is_refused(client):
    sent = {name: value for name, value in event(LIST, None).items() if name != "data"}
    assert structured(client, sent | {"data_base64": "e30=!"}).json["detail"] == "data_base64 is not base64."


MALFORMED = {
    "no id": {"id": None},
    "an empty id": {"id": ""},
    "a number as id": {"id": 5},
    "an over-long source": {"source": "x" * 1025},
    "another version": {"specversion": "0.3"},
    "no time at all": {"time": "yesterday"},
    "a day that is none": {"time": "2026-02-30T00:00:00Z"},
    "another content type": {"datacontenttype": "text/xml"},
    "an extension with capitals": {"myThing": "x"},
    "an extension that is an object": {"thing": {}},
    "an extension of a name that is taken": {"extensions": "x"},
    "data twice": {"data_base64": "e30="},
    "an unknown type": {"type": "dev.ophicleide.unheard.of.v1"},
    "another function's type": {"type": QUERY},
}


@pytest.mark.parametrize("case", MALFORMED)
def test_a_malformed_event_is_refused_for_good(client, case):
    response = structured(client, event(LIST, {}) | MALFORMED[case])
    assert (response.status_code, response.json["type"]) == (400, "urn:ophicleide:problem:malformed-event")


@pytest.mark.parametrize(
    "headers",
    [
        {"ce-type": LIST},
        {"ce-id": "1", "ce-type": LIST, "ce-source": "/t", "ce-specversion": "1.0", "ce-extensions": "x"},
        {"ce-id": "1", "ce-type": LIST, "ce-source": "/t", "ce-specversion": "1.0", "ce-time": ""},
        {"ce-id": "%ff", "ce-type": LIST, "ce-source": "/t", "ce-specversion": "1.0"},
        {"ce-id": "1", "ce-type": LIST, "ce-source": "/t", "ce-specversion": "1.0", "Content-Type": "text/plain"},
    ],
)
def test_a_malformed_binary_event_is_refused_for_good(client, headers):
    assert client.post("/", headers=headers, data=b"{}").status_code == 400


@pytest.mark.parametrize("body", [b"[]", b"{", b'"x"', b"", b'{"id": NaN}', b'{"id": "1", "id": "2"}'])
def test_a_structured_body_that_is_no_event_is_refused(client, body):
    assert client.post("/", data=body, content_type=STRUCTURED).status_code == 400


def test_other_formats_of_events_are_refused(client):
    assert client.post("/", data=b"x", content_type="application/cloudevents+avro").status_code == 400


def test_too_large_an_event_is_not_retried(client):
    body = json.dumps(event(LIST, {})).encode().ljust(MAX_BODY_BYTES + 1)
    response = client.post("/", data=body, content_type=STRUCTURED)
    assert (response.status_code, response.json["type"]) == (400, "urn:ophicleide:problem:body-too-large")


def batch(client, *events):
    return client.post("/", data=json.dumps(events), content_type=BATCH)


def test_a_batch_is_answered_in_its_order(serve):
    create = serve("create_model")
    response = batch(create, *(event(CREATE, {"name": name, "urls": [URL]}) for name in ("one", "two")))
    assert [reply["data"]["name"] for reply in response.json] == ["one", "two"]


@pytest.mark.parametrize(
    ("bad", "status"),
    [
        ({"data": {"name": "two"}}, 422),
        ({"id": None}, 400),
        ({"type": LIST}, 400),
        ({"data": {"name": "two", "urls": [URL] * 6}}, 422),
    ],
)
def test_one_bad_event_names_its_place_and_nothing_of_the_batch_is_done(serve, world, bad, status):
    good = event(CREATE, {"name": "one", "urls": [URL]})
    response = batch(serve("create_model"), good, event(CREATE, {}) | bad)
    assert response.status_code == status
    assert response.json["detail"].startswith("Event 2 of 2: ")
    assert world.launcher.running == []


def test_a_fault_in_a_batch_points_into_it(serve):
    response = batch(serve("create_model"), event(CREATE, {"name": "a", "urls": ["x:y"]}))
    assert response.json["errors"][0]["pointer"] == "/0/data/urls/0"


def test_a_request_of_a_batch_that_fails_is_an_event_among_the_replies(serve, world):
    world.ready()
    questions = [event(QUERY, {"model": "austen", "word": word}) for word in ("captain", "capitain")]
    answered, failed = batch(serve("query"), *questions).json
    assert answered["type"] == "dev.ophicleide.query.answered.v1"
    assert (failed["type"], failed["data"]["suggestions"]) == ("dev.ophicleide.request.failed.v1", ["captain"])


def test_a_batch_has_a_limit_and_may_be_empty(client):
    assert batch(client, *[event(LIST, {})] * 4).status_code == 400
    assert batch(client).json == []


def test_the_store_out_of_reach_asks_for_the_whole_batch_again(client, world):
    world.models.down = True
    response = batch(client, event(LIST, {}), event(LIST, {}))
    assert (response.status_code, response.headers["Retry-After"]) == (503, "2")


def test_attributes_beyond_ascii_travel_percent_encoded(serve):
    from ophicleide.edge.cloudevents import to_binary as write

    headers = write(Event(id='ü "1" 50%', source="/t", type="t")).headers
    assert headers["ce-id"] == "%C3%BC%20%221%22%2050%25"
