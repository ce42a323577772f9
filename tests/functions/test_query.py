"""query by every way in: answers kept and not kept."""

import pytest

from tests.functions.ways import EVENT_WAYS, WAYS, Answer, event, send

TYPE = "dev.ophicleide.query.v1"


@pytest.fixture
def client(serve):
    return serve("query")


def ask(client, way, **question) -> Answer:
    if way == "http":
        response = client.post("/queries", json=question)
        return Answer(response, response.status_code, response.json)
    return send(client, way, event(TYPE, question))


@pytest.mark.parametrize("way", WAYS)
def test_near_words_are_answered_nearest_first(client, world, way):
    model = world.ready("austen", "captain wentworth harville monday")
    answer = ask(client, way, model="austen", word="captain", top_k=2)
    assert [near["word"] for near in answer.data["neighbours"]] == ["wentworth", "harville"]
    assert (answer.data["model_id"], answer.data["model_name"], answer.data["word"]) == (model.id, "austen", "captain")


@pytest.mark.parametrize("way", WAYS)
def test_a_question_is_kept_with_its_answer(client, world, way):
    world.ready()
    asked = ask(client, way, model="austen", word="captain").data
    assert client.get(f"/queries/{asked['id']}").json == asked
    assert client.get("/queries").json["queries"] == [asked]


def test_the_get_form_answers_alike_and_keeps_nothing(client, world):
    world.ready()
    got = client.get("/models/austen/most-similar?word=captain&top_k=2").json
    assert client.get("/queries").json["queries"] == []
    kept = ask(client, "http", model="austen", word="captain", top_k=2).data
    assert got == {name: kept[name] for name in got}


def test_ten_neighbours_are_the_default(client, world):
    world.ready(words=" ".join(f"word{n}" for n in range(20)))
    assert len(client.get("/models/austen/most-similar?word=word3").json["neighbours"]) == 10


@pytest.mark.parametrize("way", WAYS)
def test_an_unknown_word_is_named_with_near_spellings(client, world, way):
    world.ready()
    answer = ask(client, way, model="austen", word="capitain")
    assert answer.problem == "unknown-word"
    assert (answer.data["status"], answer.data["word"], answer.data["suggestions"]) == (422, "capitain", ["captain"])


@pytest.mark.parametrize("way", WAYS)
def test_a_model_that_is_not_ready_says_so(client, world, way):
    world.training()
    answer = ask(client, way, model="austen", word="captain")
    assert (answer.problem, answer.data["model_status"]) == ("model-not-ready", "training")
    assert answer.data["status"] == (409 if way == "http" else 422)


def test_the_get_form_says_409_too(client, world):
    world.pending()
    assert client.get("/models/austen/most-similar?word=captain").status_code == 409


@pytest.mark.parametrize("way", WAYS)
def test_an_unknown_model_is_not_found(client, way):
    answer = ask(client, way, model="nobody", word="captain")
    assert (answer.problem, answer.data["status"]) == ("model-not-found", 404 if way == "http" else 422)


BAD_QUESTIONS = {
    "no word": ({"model": "austen"}, [("/word", "is required")]),
    "an empty word": ({"model": "austen", "word": ""}, [("/word", "must not be empty")]),
    "a blank word": ({"model": "austen", "word": "  "}, [("/word", "must not be empty")]),
    "an over-long word": ({"model": "austen", "word": "a" * 201}, [("/word", "must have at most 200 characters")]),
    "too many neighbours": ({"model": "austen", "word": "a", "top_k": 1001}, [("/top_k", "must be at most 1000")]),
    "no neighbours": ({"model": "austen", "word": "a", "top_k": 0}, [("/top_k", "must be at least 1")]),
    "an unknown field": ({"model": "austen", "word": "a", "k": 3}, [("/k", "there is no such field")]),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("case", BAD_QUESTIONS)
def test_every_wrong_field_is_told_alike_by_every_way_in(client, way, case):
    question, faults = BAD_QUESTIONS[case]
    answer = ask(client, way, **question)
    assert (answer.status, answer.problem, answer.faults) == (422, "invalid-request", faults)


def test_the_get_form_validates_alike(client):
    response = client.get("/models/austen/most-similar?word=&top_k=many&min_similarity=high&positive=&k=3")
    pointers = [fault["pointer"] for fault in response.json["errors"]]
    assert pointers == ["/word", "/positive/0/word", "/top_k", "/min_similarity", "/k"]


def test_a_malformed_id_of_a_query_is_told(client):
    response = client.get("/queries/not-an-id")
    assert (response.status_code, response.json["errors"][0]["pointer"]) == (422, "/id")


def test_an_unknown_query_is_not_found(client):
    response = client.get("/queries/019ab000-0000-7000-8000-00000000dead")
    assert (response.status_code, response.json["type"]) == (404, "urn:ophicleide:problem:query-not-found")


def test_kept_queries_are_paged_and_told_by_model(client, world):
    world.ready("emma")
    world.ready("fanny")
    for model in ("emma", "fanny", "emma"):
        ask(client, "http", model=model, word="captain")
    first = client.get("/queries?model=emma&limit=1").json
    second = client.get(f"/queries?model=emma&limit=1&cursor={first['next_cursor']}").json
    assert [first["queries"][0]["model_name"], second["queries"][0]["model_name"]] == ["emma", "emma"]
    assert second["next_cursor"] is None


def test_an_answer_tells_its_cost_and_whether_it_was_cold(client, world):
    world.ready()
    costs = [client.get("/models/austen/most-similar?word=captain").headers["Server-Timing"] for _ in range(2)]
    assert [cost.split(",")[0] for cost in costs] == ["cache;desc=cold", "cache;desc=warm"]
    assert all("load;dur=" in cost and "search;dur=" in cost for cost in costs)


def test_an_answer_at_hand_is_not_sent_again(client, world):
    world.ready()
    url = "/models/austen/most-similar?word=captain"
    first = client.get(url)
    second = client.get(url, headers={"If-None-Match": f'W/"other", {first.headers["ETag"]}'})
    assert (second.status_code, second.data, second.headers["ETag"]) == (304, b"", first.headers["ETag"])
    assert second.headers["Cache-Control"] == first.headers["Cache-Control"] == "private, max-age=1"


def test_another_question_or_a_retrained_model_has_another_tag(client, world):
    world.ready()
    tags = [client.get(f"/models/austen/most-similar?word={word}").headers["ETag"] for word in ("captain", "monday")]
    world.ready()
    tags.append(client.get("/models/austen/most-similar?word=captain").headers["ETag"])
    assert len(set(tags)) == 3


@pytest.mark.parametrize("way", EVENT_WAYS)
def test_a_doubled_event_keeps_one_query(client, world, way):
    world.ready()
    asked = event(TYPE, {"model": "austen", "word": "captain"})
    first, second = send(client, way, asked), send(client, way, asked)
    assert first.event == second.event
    assert len(client.get("/queries").json["queries"]) == 1


def test_a_key_with_another_question_is_an_error(client, world):
    world.ready()
    headers = {"Idempotency-Key": "k"}
    client.post("/queries", json={"model": "austen", "word": "captain"}, headers=headers)
    again = client.post("/queries", json={"model": "austen", "word": "captain"}, headers=headers)
    other = client.post("/queries", json={"model": "austen", "word": "monday"}, headers=headers)
    assert (again.status_code, other.status_code) == (200, 422)


def test_the_function_recovers_by_itself_when_the_store_is_back(client, world):
    world.ready()
    world.models.down = True
    refused = client.get("/models/austen/most-similar?word=captain")
    world.models.down = False
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "2")
    assert client.get("/models/austen/most-similar?word=captain").status_code == 200
