"""create_model by every way in."""

import pytest

from ophicleide.domain.models import CreateModel
from tests.functions.ways import EVENT_WAYS, WAYS, Answer, event, send
from tests.functions.world import LAUNCH_SECONDS, URL

TYPE = "dev.ophicleide.model.create.v1"


@pytest.fixture
def client(serve):
    return serve("create_model")


def ask(client, way, body, **more) -> Answer:
    if way == "http":
        response = client.post("/models", json=body)
        return Answer(response, response.status_code, response.json)
    return send(client, way, event(TYPE, body, **more))


@pytest.mark.parametrize("way", WAYS)
def test_a_model_is_created_pending_and_its_job_launched(client, world, way):
    answer = ask(client, way, {"name": "austen", "urls": [URL], "labels": {"lang": "en"}})
    assert answer.status == (201 if way == "http" else 200)
    assert (answer.data["name"], answer.data["status"], answer.data["labels"]) == ("austen", "pending", {"lang": "en"})
    assert world.launcher.running == [(answer.data["id"], 1)]


def test_the_location_leads_to_the_model(client):
    response = client.post("/models", json={"name": "austen", "urls": [URL]})
    assert response.headers["Location"] == f"models/{response.json['id']}"


@pytest.mark.parametrize("way", WAYS)
def test_nothing_private_is_shown(client, way):
    shown = ask(client, way, {"name": "austen", "urls": [URL]}).data
    assert shown.keys().isdisjoint({"fingerprint", "idempotency_key", "lease_expires_at", "outbox"})


BAD_BODIES = {
    "an unknown field": ({"name": "a", "urls": [URL], "colour": 1}, [("/colour", "there is no such field")]),
    "no field at all": ({}, [("/name", "is required"), ("/urls", "must not be empty, unless vectors are given")]),
    "a wrong type": ({"name": 5, "urls": "x"}, [("/name", "must be text"), ("/urls", "must be a list")]),
    "no URL": ({"name": "a", "urls": []}, [("/urls", "must not be empty, unless vectors are given")]),
    "texts and vectors": (
        {"name": "a", "urls": [URL], "vectors": {"url": URL}},
        [("/urls", "leave out: the model is made from vectors")],
    ),
    "parameters for vectors": (
        {"name": "a", "vectors": {"url": URL}, "parameters": {"epochs": 3}},
        [("/parameters", "leave out: vectors are taken as they are, and nothing is trained")],
    ),
    "vectors from elsewhere": (
        {"name": "a", "vectors": {"url": "ftp://h/x"}},
        [("/vectors/url", "only http:// and https:// URLs are read")],
    ),
    "an unknown format of vectors": (
        {"name": "a", "vectors": {"url": URL, "format": "pickle"}},
        [("/vectors/format", "must be one of 'word2vec-text', 'word2vec-binary' or 'glove-text'")],
    ),
    "too many URLs": ({"name": "a", "urls": [URL] * 6}, [("/urls", "must have at most 5 entries")]),
    "another scheme": (
        {"name": "a", "urls": [URL, "ftp://h/x", "file:///etc/passwd"]},
        [
            ("/urls/1", "only http:// and https:// URLs are read"),
            ("/urls/2", "only http:// and https:// URLs are read"),
        ],
    ),
    "an over-long name": ({"name": "a" * 101, "urls": [URL]}, [("/name", "must have at most 100 characters")]),
    "an over-long URL": (
        {"name": "a", "urls": [URL + "a" * 2048]},
        [("/urls/0", "must have at most 2048 characters")],
    ),
    "an empty name": ({"name": "", "urls": [URL]}, [("/name", "must not be empty")]),
    "a name like an id": (
        {"name": "019ab000-0000-7000-8000-000000000001", "urls": [URL]},
        [("/name", "a name must not look like an id")],
    ),
    "parameters out of bounds": (
        {"name": "a", "urls": [URL], "parameters": {"window": 0, "vector_size": 9999, "epochs": 1.5, "seed": True}},
        [
            ("/parameters/vector_size", "must be at most 2000"),
            ("/parameters/window", "must be at least 1"),
            ("/parameters/epochs", "must be a whole number"),
            ("/parameters/seed", "must be a whole number"),
        ],
    ),
    "an unknown trainer": (
        {"name": "a", "urls": [URL], "parameters": {"trainer": "magic"}},
        [("/parameters/trainer", "must be one of 'gensim' or 'mllib'")],
    ),
    "a number as text": (
        {"name": "a", "urls": [URL], "parameters": {"window": "5"}},
        [("/parameters/window", "must be a whole number")],
    ),
    "a list": ([], [("", "must be an object")]),
    "null": ({"name": None, "urls": [None]}, [("/name", "must be text"), ("/urls/0", "must be text")]),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("case", BAD_BODIES)
def test_every_wrong_field_is_told_alike_by_every_way_in(client, world, way, case):
    body, faults = BAD_BODIES[case]
    answer = ask(client, way, body)
    assert (answer.status, answer.problem, answer.faults) == (422, "invalid-request", faults)
    assert world.launcher.running == []


def test_the_same_key_gives_the_same_model(client, world):
    first, second = (
        client.post("/models", json={"name": "a", "urls": [URL]}, headers={"Idempotency-Key": "k"}) for _ in range(2)
    )
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json["id"] == second.json["id"]
    assert len(world.launcher.running) == 1


def test_the_same_key_with_another_body_is_an_error(client):
    client.post("/models", json={"name": "a", "urls": [URL]}, headers={"Idempotency-Key": "k"})
    response = client.post("/models", json={"name": "b", "urls": [URL]}, headers={"Idempotency-Key": "k"})
    assert (response.status_code, response.json["type"]) == (422, "urn:ophicleide:problem:idempotency-conflict")


def test_a_key_that_no_header_should_carry_is_refused(client):
    response = client.post("/models", json={"name": "a", "urls": [URL]}, headers={"Idempotency-Key": "a b"})
    assert response.status_code == 422


@pytest.mark.parametrize("way", EVENT_WAYS)
def test_a_doubled_event_gives_the_same_model_and_the_same_reply(client, world, way):
    asked = event(TYPE, {"name": "austen", "urls": [URL]})
    first, second = send(client, way, asked), send(client, way, asked)
    assert first.event == second.event
    assert first.data == second.data
    assert len(world.launcher.running) == 1


def test_a_late_retry_does_not_bring_a_deleted_model_back(client, world, serve):
    headers = {"Idempotency-Key": "k"}
    made = client.post("/models", json={"name": "a", "urls": [URL]}, headers=headers).json
    serve("delete_model").delete(f"/models/{made['id']}")
    response = client.post("/models", json={"name": "a", "urls": [URL]}, headers=headers)
    assert (response.status_code, world.launcher.running) == (410, [])


def test_a_launch_that_failed_is_made_up_for_by_a_retry_with_the_same_key(client, world):
    world.launcher.broken = True
    headers = {"Idempotency-Key": "k"}
    refused = client.post("/models", json={"name": "a", "urls": [URL]}, headers=headers)
    world.launcher.broken = False
    taken = client.post("/models", json={"name": "a", "urls": [URL]}, headers=headers)
    assert (refused.status_code, refused.json["type"]) == (503, "urn:ophicleide:problem:launch-failed")
    assert taken.json["id"] in refused.json["detail"]
    assert world.launcher.running == [(taken.json["id"], 1)]


def test_a_launch_that_failed_without_a_key_leaves_a_failed_model_that_says_why(client, world, serve):
    world.launcher.broken = True
    client.post("/models", json={"name": "lost", "urls": [URL]})
    model = serve("list_models").get("/models/lost").json
    assert (model["status"], model["failure"]["code"]) == ("failed", "launch-failed")
    assert model["failure"]["detail"] == "There is no room for the job."


@pytest.mark.parametrize("way", EVENT_WAYS)
def test_a_launch_that_failed_asks_the_broker_to_try_again(client, world, way):
    world.launcher.broken = True
    assert ask(client, way, {"name": "a", "urls": [URL]}).status == 503


def test_a_retry_after_the_launch_was_given_up_tells_the_failure(client, world):
    headers = {"Idempotency-Key": "k"}
    client.post("/models", json={"name": "a", "urls": [URL]}, headers=headers)
    world.wait(LAUNCH_SECONDS + 1)
    late = client.post("/models", json={"name": "a", "urls": [URL]}, headers=headers)
    assert (late.status_code, late.json["status"], late.json["failure"]["code"]) == (200, "failed", "launch-failed")


def test_names_the_operation_everywhere(world):
    (operation,) = world.function("create_model").operations
    assert (operation.name, operation.takes) == ("create_model", CreateModel)


@pytest.mark.parametrize("way", WAYS)
def test_a_model_of_vectors_has_no_parameters_of_training(client, world, way):
    answer = ask(client, way, {"name": "glove", "vectors": {"url": URL, "format": "glove-text"}})
    assert (answer.data["status"], answer.data["parameters"], answer.data["urls"]) == ("pending", None, [])
    assert answer.data["vectors"] == {"url": URL, "format": "glove-text"}
    assert world.launcher.running == [(answer.data["id"], 1)]
