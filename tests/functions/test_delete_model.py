"""delete_model by every way in."""

import pytest

from tests.functions.ways import EVENT_WAYS, WAYS, Answer, event, send

TYPE = "dev.ophicleide.model.delete.v1"
UNKNOWN = "019ab000-0000-7000-8000-00000000dead"


@pytest.fixture
def client(serve):
    return serve("delete_model")


def ask(client, way, ref) -> Answer:
    if way == "http":
        response = client.delete(f"/models/{ref}")
        return Answer(response, response.status_code, response.json if response.data else None)
    return send(client, way, event(TYPE, {"model": ref}))


@pytest.mark.parametrize("way", WAYS)
def test_a_deleted_model_is_gone_with_its_job(client, world, serve, way):
    model = world.training()
    world.launcher.launch(model)
    assert ask(client, way, model.id).status == (204 if way == "http" else 200)
    assert world.launcher.running == []
    assert serve("list_models").get(f"/models/{model.id}").status_code == 404


@pytest.mark.parametrize("way", WAYS)
def test_vectors_and_kept_queries_go_too(client, world, serve, way):
    model, query = world.ready(), serve("query")
    query.post("/queries", json={"model": model.id, "word": "captain"})
    ask(client, way, model.id)
    assert (world.artifacts._artifacts, world.neighbours._records) == ({}, {})
    assert query.get("/queries").json["queries"] == []
    assert query.get(f"/models/{model.id}/most-similar?word=captain").status_code == 404


@pytest.mark.parametrize("way", WAYS)
def test_deleting_again_changes_nothing(client, world, way):
    model = world.ready()
    first, second = ask(client, way, model.id), ask(client, way, model.id)
    assert (first.status, first.data) == (second.status, second.data)


@pytest.mark.parametrize("way", EVENT_WAYS)
def test_the_reply_names_the_model(client, world, way):
    model = world.ready("austen")
    answer = ask(client, way, "austen")
    assert answer.data == {"id": model.id, "name": "austen"}
    assert (answer.event["type"], answer.event["subject"]) == ("dev.ophicleide.model.deleted.v1", model.id)


@pytest.mark.parametrize("way", WAYS)
def test_an_unknown_model_is_no_error_worth_a_retry(client, way):
    answer = ask(client, way, UNKNOWN)
    expected = {"http": 404, "batch": 200}.get(way, 422)
    assert (answer.status, answer.problem) == (expected, "model-not-found")


def test_a_name_that_several_models_bear_is_refused(client, world):
    world.ready("twins")
    world.ready("twins")
    answer = ask(client, "http", "twins")
    assert answer.status == 422
    assert answer.faults == [("/model", "several models are named 'twins'; give the id of one")]


@pytest.mark.parametrize("way", EVENT_WAYS)
def test_an_event_that_names_no_model_is_refused(client, way):
    answer = send(client, way, event(TYPE, {}))
    assert (answer.status, answer.faults) == (422, [("/model", "is required")])
