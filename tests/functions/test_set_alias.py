"""Names pinned to models by every way in, and what they then stand for."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from ophicleide.edge.operation import Call
from tests.functions.ways import EVENT_WAYS, JSON, WAYS, Answer, event, send

SET, CLEAR, CHANGED = (f"dev.ophicleide.alias.{verb}.v1" for verb in ("set", "clear", "changed"))


@pytest.fixture
def client(serve):
    return serve("set_alias")


def pin(client, way, name, model, **more) -> Answer:
    if way == "http":
        response = client.put(f"/aliases/{name}", json={"model": model})
        return Answer(response, response.status_code, response.json)
    return send(client, way, event(SET, {"name": name, "model": model}, **more))


def let_go(client, way, name, **more) -> Answer:
    if way == "http":
        response = client.delete(f"/aliases/{name}")
        return Answer(response, response.status_code, response.json)
    return send(client, way, event(CLEAR, {"name": name}, **more))


def meant(serve, ref) -> str:
    return serve("list_models").get(f"/models/{ref}").json["id"]


@pytest.mark.parametrize("way", WAYS)
def test_a_name_stands_for_the_model_that_it_is_pinned_to(client, serve, world, way):
    older, newer = world.ready("austen"), world.ready("austen")
    assert meant(serve, "austen") == newer.id
    answer = pin(client, way, "austen", older.id)
    assert (answer.status, answer.data["model_id"], answer.data["history"]) == (200, older.id, [])
    assert meant(serve, "austen") == older.id
    answered = serve("query").get("/models/austen/most-similar?word=captain").json
    assert answered["model_id"] == older.id


@pytest.mark.parametrize("way", WAYS)
def test_a_name_that_is_let_go_stands_for_its_newest_ready_model_again(client, serve, world, way):
    older, newer = world.ready("austen"), world.ready("austen")
    pin(client, way, "austen", older.id)
    assert let_go(client, way, "austen").status == (204 if way == "http" else 200)
    assert let_go(client, way, "austen").status == (204 if way == "http" else 200)
    assert meant(serve, "austen") == newer.id


def test_it_can_be_moved_back(client, world):
    first, second = world.ready("one"), world.ready("two")
    pin(client, "http", "prod", first.id)
    before = pin(client, "http", "prod", second.id).data["history"][0]["model_id"]
    back = pin(client, "http", "prod", before).data
    assert back["model_id"] == first.id
    assert [entry["model_id"] for entry in back["history"]] == [second.id, first.id]
    assert back["revision"] == 3


def test_a_name_may_be_pinned_to_what_it_stands_for_now(client, serve, world):
    model = world.ready("austen")
    pin(client, "http", "austen", "austen")
    world.ready("austen")
    assert meant(serve, "austen") == model.id


@pytest.mark.parametrize("way", EVENT_WAYS)
def test_the_answer_is_an_event_of_the_change(client, world, way):
    model = world.ready()
    told = pin(client, way, "prod", model.id).event
    assert (told["type"], told["source"], told["subject"]) == (CHANGED, "/ophicleide/set-alias", model.id)


def test_a_change_by_http_is_told_by_an_event(client, world):
    first, second = world.ready("one"), world.ready("two")
    pin(client, "http", "prod", first.id)
    answer = pin(client, "http", "prod", second.id)
    pin(client, "http", "prod", second.id)
    let_go(client, "http", "prod")
    let_go(client, "http", "prod")
    told = world.told.events
    assert [(event.id, event.subject) for event in told] == [
        ("prod.1", first.id),
        ("prod.2", second.id),
        ("prod.3", None),
    ]
    assert {(event.type, event.source) for event in told} == {(CHANGED, "/ophicleide/set-alias")}
    assert told[1].data == answer.data


@pytest.mark.parametrize("way", EVENT_WAYS)
def test_a_change_that_an_event_asked_for_is_told_by_the_answer_alone(client, world, way):
    pin(client, way, "prod", world.ready().id)
    let_go(client, way, "prod")
    assert world.told.events == []


def test_a_change_that_nobody_took_holds_and_is_told_when_it_is_asked_for_again(client, world):
    model = world.ready()
    world.told.down = True
    assert pin(client, "http", "prod", model.id).status == 200
    assert world.aliases.get("prod").model_id == model.id
    world.told.down = False
    pin(client, "http", "prod", model.id)
    assert [event.id for event in world.told.events] == ["prod.1"]


@pytest.mark.parametrize("way", EVENT_WAYS)
def test_an_event_that_comes_late_again_moves_nothing(client, world, way):
    first, second = world.ready("one"), world.ready("two")
    told = pin(client, way, "prod", first.id, id="early")
    pin(client, way, "prod", second.id)
    again = pin(client, way, "prod", first.id, id="early")
    assert (again.status, again.data["model_id"]) == (200, second.id)
    assert again.event["id"] == told.event["id"]


@pytest.mark.parametrize("way", WAYS)
def test_only_a_ready_model_can_be_pinned(client, world, way):
    answer = pin(client, way, "prod", world.training().id)
    event_data = answer.data
    assert event_data["model_status"] == "training"
    assert answer.problem == "model-not-ready"
    assert world.aliases.get("prod") is None


@pytest.mark.parametrize("way", WAYS)
def test_an_unknown_model_is_refused(client, way):
    assert pin(client, way, "prod", "nobody").problem == "model-not-found"


@pytest.mark.parametrize("way", WAYS)
def test_what_was_never_pinned_cannot_be_let_go(client, way):
    assert let_go(client, way, "nobody").problem == "alias-not-found"


@pytest.mark.parametrize("name", ["0197f2a0-5c1e-7b8a-9d3e-2f4a6b8c0d1e", " x", "x" * 101])
def test_a_name_is_one_that_models_may_have(client, world, name):
    answer = pin(client, "http", name, world.ready().id)
    assert (answer.status, answer.faults[0][0]) == (422, "/name")


@pytest.mark.parametrize(
    ("body", "pointer"), [({}, "/model"), ({"model": "a", "name": "b"}, "/name"), ({"model": 7}, "/model"), ([], "")]
)
def test_a_body_that_is_wrong_is_told_where(client, body, pointer):
    response = client.put("/aliases/prod", json=body)
    assert (response.status_code, response.json["errors"][0]["pointer"]) == (422, pointer)


def test_a_body_of_another_kind_is_refused(client):
    assert client.put("/aliases/prod", data="{}", content_type="text/plain").status_code == 415
    assert client.put("/aliases/prod", data="{", content_type=JSON).status_code == 400


def test_a_deleted_model_leaves_the_name_to_its_others(client, serve, world):
    older, newer = world.ready("austen"), world.ready("austen")
    pin(client, "http", "austen", older.id)
    serve("delete_model").delete(f"/models/{older.id}")
    assert meant(serve, "austen") == newer.id


def test_a_name_whose_only_model_was_deleted_says_so(client, serve, world):
    model = world.ready("austen")
    pin(client, "http", "prod", model.id)
    serve("delete_model").delete(f"/models/{model.id}")
    response = serve("list_models").get("/models/prod")
    assert response.status_code == 404
    assert "pinned to a model that was deleted" in response.json["detail"]


def test_pinned_names_are_listed_and_shown(client, serve, world):
    model = world.ready()
    for name in ("b", "a", "c"):
        pin(client, "http", name, model.id)
    let_go(client, "http", "b")
    reading = serve("list_models")
    page = reading.get("/aliases?limit=1").json
    rest = reading.get(f"/aliases?cursor={page['next_cursor']}").json
    assert [alias["name"] for alias in (*page["aliases"], *rest["aliases"])] == ["a", "c"]
    assert rest["next_cursor"] is None
    assert reading.get("/aliases/b").json["model_id"] is None
    assert reading.get("/aliases/a").json.keys() == {"name", "model_id", "since", "history", "revision"}
    assert reading.get("/aliases/nobody").status_code == 404


def test_of_many_changes_at_once_none_is_lost(client, world):
    models = [world.ready(f"m{number}") for number in range(8)]
    function = world.function("set_alias")
    (operation, _) = function.operations
    with ThreadPoolExecutor(8) as pool:
        calls = [operation.takes(name="prod", model=model.id) for model in models]
        list(pool.map(lambda asked: operation.run(asked, Call()), calls))
    alias = world.aliases.get("prod")
    assert {alias.model_id, *(pin.model_id for pin in alias.history)} == {model.id for model in models}
