"""list_models by every way in, and single models, and the service."""

from urllib.parse import urlencode

import pytest

from ophicleide import __version__
from tests.functions.ways import WAYS, Answer, event, send

TYPE = "dev.ophicleide.models.list.v1"


@pytest.fixture
def client(serve):
    return serve("list_models")


def ask(client, way, **wanted) -> Answer:
    if way == "http":
        response = client.get(f"/models?{urlencode(wanted, doseq=True)}")
        return Answer(response, response.status_code, response.json)
    return send(client, way, event(TYPE, wanted))


def names(answer: Answer) -> list[str]:
    return [model["name"] for model in answer.data["models"]]


@pytest.mark.parametrize("way", WAYS)
def test_models_are_listed_newest_first(client, world, way):
    for name in ("one", "two", "three"):
        world.pending(name)
    assert names(ask(client, way)) == ["three", "two", "one"]


@pytest.mark.parametrize("way", WAYS)
def test_pages_follow_each_other(client, world, way):
    for name in ("one", "two", "three"):
        world.pending(name)
    first = ask(client, way, limit=2)
    second = ask(client, way, limit=2, cursor=first.data["next_cursor"])
    assert (names(first), names(second), second.data["next_cursor"]) == (["three", "two"], ["one"], None)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"status": "ready"}, ["emma"]),
        ({"status": "pending"}, ["persuasion"]),
        ({"name": "emma"}, ["emma"]),
        ({"label": ["lang:en"]}, ["persuasion"]),
        ({"label": ["lang:en", "team:x"]}, []),
    ],
)
def test_a_list_is_narrowed_by_status_name_and_label(client, world, way, wanted, found):
    world.ready("emma")
    world.pending("persuasion", labels={"lang": "en"})
    assert names(ask(client, way, **wanted)) == found


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("status", ["deleted", "nonsense"])
def test_tombstones_cannot_be_asked_for_and_are_not_spoken_of(client, way, status):
    answer = ask(client, way, status=status)
    assert answer.faults == [("/status", "must be one of cancelled, failed, pending, ready, training")]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("label", "fault"),
    [
        (["a:1", "a:2"], ("/label", "a key is given twice, and no model bears both")),
        (["a:\u0090"], ("/label/0", "use printable characters")),
    ],
)
def test_labels_that_no_model_can_bear_are_refused(client, way, label, fault):
    answer = ask(client, way, label=label)
    assert (answer.status, answer.faults) == (422, [fault])


@pytest.mark.parametrize("way", WAYS)
def test_every_fault_of_a_filter_is_told(client, way):
    answer = ask(client, way, limit=0, colour="red", label=["no pair"])
    assert answer.status == 422
    assert [pointer for pointer, _ in answer.faults] == ["/limit", "/label/0", "/colour"]


def test_a_parameter_given_twice_is_refused(client):
    answer = client.get("/models?name=a&name=b")
    assert answer.json["errors"] == [{"pointer": "/name", "detail": "is given more than once"}]


@pytest.mark.parametrize("spelling", ["1_0", "%2B5", "1e1", "5.0", "", "%20 5", "٣", "99999999999999999999"])
def test_a_limit_is_a_whole_number_in_plain_digits(client, spelling):
    assert client.get(f"/models?limit={spelling}").status_code == 422


@pytest.mark.parametrize("way", WAYS)
def test_a_cursor_that_no_page_gave_is_refused(client, way):
    assert ask(client, way, cursor="made up").faults[0][0] == "/cursor"


def test_an_event_without_data_asks_for_everything(client, world):
    world.pending("one")
    response = client.post("/", headers={"ce-id": "1", "ce-source": "/t", "ce-specversion": "1.0", "ce-type": TYPE})
    assert (response.status_code, len(response.json["models"])) == (200, 1)


def test_one_model_is_told_by_id_or_by_name(client, world):
    model = world.ready("emma")
    assert client.get(f"/models/{model.id}").json == client.get("/models/emma").json


def test_a_name_stands_for_the_newest_ready_model_then_for_the_newest(client, world):
    old = world.ready("emma")
    new = world.pending("emma")
    assert client.get("/models/emma").json["id"] == old.id
    assert client.get(f"/models/{new.id}").json["status"] == "pending"
    newer = world.pending("fanny")
    assert client.get("/models/fanny").json["id"] == newer.id


@pytest.mark.parametrize("ref", ["nobody", "019ab000-0000-7000-8000-00000000dead", "019AB000", "Ünbekannt", "a..b"])
def test_an_unknown_or_malformed_id_is_not_found(client, ref):
    response = client.get(f"/models/{ref}")
    assert (response.status_code, response.json["type"]) == (404, "urn:ophicleide:problem:model-not-found")


def test_reading_a_model_whose_driver_is_lost_ends_it(client, world):
    model = world.training()
    world.wait(46)
    found = client.get(f"/models/{model.id}").json
    assert (found["status"], found["failure"]["code"]) == ("failed", "driver-lost")


def test_a_list_of_training_models_shows_none_whose_driver_is_lost(client, world):
    world.training("lost")
    world.wait(46)
    world.training("alive")
    assert [model["name"] for model in client.get("/models?status=training").json["models"]] == ["alive"]


def test_the_service_tells_its_name_version_and_queue(client, world):
    world.ready("a")
    world.pending("b")
    world.training("c")
    assert client.get("/").json == {"name": "ophicleide", "version": __version__, "training_queue": 2}
