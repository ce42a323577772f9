"""Every form of question by every way in, kept and not kept; the words lie on a circle, each a little further round."""

import pytest

from tests.functions.test_query import BAD_QUESTIONS
from tests.functions.ways import WAYS, Answer, event, send
from tests.functions.world import MAX_BATCH_QUERIES

TYPE = "dev.ophicleide.query.v1"
WORDS = "captain wentworth harville admiral monday tuesday"


@pytest.fixture
def client(serve, world):
    world.ready("austen", WORDS)
    return serve("query")


def ask(client, way, **question) -> Answer:
    if way == "http":
        response = client.post("/queries", json=question)
        return Answer(response, response.status_code, response.json)
    return send(client, way, event(TYPE, question))


def words(answer) -> list[str]:
    return [near["word"] for near in answer["neighbours"]]


KINDS = {
    "words for and against": (
        {"positive": ["captain", {"word": "wentworth", "weight": 2}], "negative": ["tuesday"]},
        "most-similar?positive=captain&positive=wentworth:2&negative=tuesday",
    ),
    "3cosmul": (
        {"word": "captain", "negative": ["tuesday"], "objective": "3cosmul"},
        "most-similar?word=captain&negative=tuesday&objective=3cosmul",
    ),
    "filters": (
        {"word": "captain", "min_similarity": -0.5, "among": ["monday", "admiral"], "exclude": ["x"], "top_k": 3},
        "most-similar?word=captain&min_similarity=-0.5&among=monday&among=admiral&exclude=x&top_k=3",
    ),
    "a page": ({"word": "captain", "prefix": "w", "offset": 0}, "most-similar?word=captain&prefix=w&offset=0"),
    "similarity": (
        {"kind": "similarity", "first": ["captain"], "second": ["monday", "tuesday"]},
        "similarity?first=captain&second=monday&second=tuesday",
    ),
    "doesnt-match": (
        {"kind": "doesnt-match", "words": ["captain", "wentworth", "tuesday"]},
        "doesnt-match?words=captain&words=wentworth&words=tuesday",
    ),
    "rank": ({"kind": "rank", "word": "captain", "other": "harville"}, "rank?word=captain&other=harville"),
    "vector": ({"kind": "vector", "word": "Captain"}, "vectors/Captain"),
    "compare": (
        {"kind": "compare", "other": "austen", "word": "captain", "top_k": 2},
        "compare?other=austen&word=captain&top_k=2",
    ),
    "moved": (
        {"kind": "moved", "other": "austen", "neighbours": 2, "top_k": 3},
        "moved?other=austen&neighbours=2&top_k=3",
    ),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_answered_alike_by_every_way_in(client, way, kind):
    question, path = KINDS[kind]
    got = client.get(f"/models/austen/{path}")
    kept = ask(client, way, model="austen", **question)
    assert (got.status_code, kept.status) == (200, 201 if way == "http" else 200)
    assert got.json == {name: kept.data[name] for name in got.json}
    assert kept.data.keys() - got.json.keys() == {"id", "created_at", "kind"}


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_kept_as_it_was_answered(client, kind):
    asked = ask(client, "http", model="austen", **KINDS[kind][0]).data
    assert client.get(f"/queries/{asked['id']}").json == asked
    assert client.get("/queries").json["queries"] == [asked]


@pytest.mark.parametrize("kind", KINDS)
def test_each_answer_has_a_tag_that_saves_sending_it_again(client, kind):
    first = client.get(f"/models/austen/{KINDS[kind][1]}")
    again = client.get(f"/models/austen/{KINDS[kind][1]}", headers={"If-None-Match": f"W/{first.headers['ETag']}"})
    assert (again.status_code, again.data) == (304, b"")
    assert "queue;dur=" in first.headers["Server-Timing"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_repeated_key_gives_the_kept_answer_and_another_question_is_refused(client, kind):
    question = {"model": "austen", **KINDS[kind][0]}
    send_it = lambda asked: client.post("/queries", json=asked, headers={"Idempotency-Key": "k"})  # noqa: E731
    first, again = send_it(question), send_it(question)
    other = send_it({"model": "austen", "word": "monday", "top_k": 7})
    assert (again.status_code, again.json) == (200, first.json)
    assert (other.status_code, other.json["type"]) == (422, "urn:ophicleide:problem:idempotency-conflict")


@pytest.mark.parametrize("way", ["http", "binary", "structured"])
def test_what_an_answer_cost_is_told_beside_it(client, way):
    header = ask(client, way, model="austen", word="captain").response.headers["Server-Timing"]
    assert [part.split(";")[0] for part in header.split(", ")] == ["cache", "queue", "load", "search"]


def test_words_against_push_away(client):
    near = client.get("/models/austen/most-similar?positive=harville&negative=captain&top_k=2").json
    assert words(near) == ["tuesday", "monday"]


def test_a_word_that_ends_in_a_number_is_written_with_its_weight(client, world):
    world.ready("times", "noon 12:30 midnight")
    answer = client.get("/models/times/most-similar?positive=12:30:1").json
    assert answer["positive"] == [{"word": "12:30", "weight": 1.0}]


def test_a_vector_is_asked_by_its_numbers(client):
    vector = client.get("/models/austen/vectors/harville").json["vector"]
    answer = ask(client, "http", model="austen", vector=vector, top_k=1).data
    assert words(answer) == ["harville"]
    assert answer["vector"] == vector


def test_pages_of_neighbours_join_without_gap(client):
    url = "/models/austen/most-similar?word=captain"
    whole = client.get(f"{url}&top_k=5").json["neighbours"]
    pages = [client.get(f"{url}&top_k=2&offset={offset}").json["neighbours"] for offset in (0, 2, 4, 6)]
    assert [len(page) for page in pages] == [2, 2, 1, 0]
    assert [near for page in pages for near in page] == whole


@pytest.mark.parametrize("way", WAYS)
def test_every_unknown_word_is_named(client, way):
    answer = ask(client, way, model="austen", positive=["capitain", "monday"], negative=["tusday"])
    assert answer.problem == "unknown-word"
    assert answer.data["unknown_words"] == [
        {"word": "capitain", "suggestions": ["captain"]},
        {"word": "tusday", "suggestions": ["tuesday"]},
    ]


BAD = {
    "another kind": ({"kind": "guess"}, "/kind"),
    "a kind that is no text": ({"kind": 5}, "/kind"),
    "a vector besides words": ({"word": "captain", "vector": [1, 2]}, "/vector"),
    "a vector of zeros": ({"vector": [0, 0]}, "/vector"),
    "a vector of another length": ({"vector": [1, 2, 3]}, "/vector"),
    "a product without a factor": ({"negative": ["captain"], "objective": "3cosmul"}, "/objective"),
    "another objective": ({"word": "captain", "objective": "magic"}, "/objective"),
    "no weight": ({"positive": [{"word": "captain", "weight": 0}]}, "/positive/0/weight"),
    "a similarity beyond one": ({"word": "captain", "min_similarity": 1.5}, "/min_similarity"),
    "among nothing": ({"word": "captain", "among": []}, "/among"),
    "two words that cannot differ": ({"kind": "doesnt-match", "words": ["captain", "monday"]}, "/words"),
    "a word's own rank": ({"kind": "rank", "word": "captain", "other": "Captain"}, "/other"),
    "a field of another kind": ({"kind": "rank", "word": "captain", "other": "monday", "top_k": 3}, "/top_k"),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("case", BAD)
def test_a_wrong_question_is_told_alike_by_every_way_in(client, way, case):
    question, pointer = BAD[case]
    answer = ask(client, way, model="austen", **question)
    assert (answer.data["status"], answer.problem) == (422, "invalid-request")
    assert [place for place, _ in answer.faults] == [pointer]


def test_many_questions_are_answered_in_one_call_and_not_kept(client):
    asked = [{"word": "captain", "top_k": 2}, {"positive": ["monday"], "prefix": "t"}, {"vector": [1.0, 0.0]}]
    response = client.post("/models/austen/most-similar", json={"queries": asked})
    single = [ask(client, "http", model="austen", **one).data for one in asked]
    assert [words(answer) for answer in response.json["answers"]] == [words(one) for one in single]
    assert len(client.get("/queries").json["queries"]) == len(single)
    assert "search;dur=" in response.headers["Server-Timing"]


def test_a_call_of_many_questions_tells_all_faults_and_answers_none(client):
    asked = [{"word": "captain", "vector": [1]}, {"top_k": 0, "word": "a"}, {}]
    response = client.post("/models/austen/most-similar", json={"queries": asked})
    pointers = [fault["pointer"] for fault in response.json["errors"]]
    assert pointers == ["/queries/0/vector", "/queries/1/top_k", "/queries/2/word"]


def test_a_vector_of_the_wrong_length_is_told_with_its_place_in_the_call(client):
    response = client.post("/models/austen/most-similar", json={"queries": [{"vector": [1, 2, 3]}]})
    assert response.json["errors"][0]["pointer"] == "/queries/0/vector"


@pytest.mark.parametrize("count", [0, MAX_BATCH_QUERIES + 1])
def test_a_call_has_a_limit_of_questions(client, count):
    response = client.post("/models/austen/most-similar", json={"queries": [{"word": "captain"}] * count})
    assert (response.status_code, response.json["errors"][0]["pointer"]) == (422, "/queries")


def test_the_vocabulary_is_read_in_pages_of_falling_count(client):
    first = client.get("/models/austen/words?limit=4").json
    second = client.get(f"/models/austen/words?limit=4&cursor={first['next_cursor']}").json
    seen = [word["word"] for page in (first, second) for word in page["words"]]
    assert (seen, first["total"], second["next_cursor"]) == (WORDS.split(), 6, None)


def test_pages_of_words_go_on_in_their_model_although_the_name_moved_on(client, world):
    first = client.get("/models/austen/words?limit=3").json
    world.ready("austen", "quite other words entirely")
    second = client.get(f"/models/austen/words?limit=3&cursor={first['next_cursor']}").json
    assert [word["word"] for word in second["words"]] == ["admiral", "monday", "tuesday"]


def test_words_of_a_prefix_are_counted_and_shown(client):
    page = client.get("/models/austen/words?prefix=W").json
    assert ([word["word"] for word in page["words"]], page["total"]) == (["wentworth"], 1)


@pytest.mark.parametrize("cursor", ["x", "019ab000-0000-7000-8000-000000000001", "2"])
def test_a_cursor_that_no_page_gave_is_told(client, cursor):
    response = client.get(f"/models/austen/words?cursor={cursor}")
    assert (response.status_code, response.json["errors"][0]["pointer"]) == (422, "/cursor")


def test_a_cursor_of_another_model_is_told(client, world):
    world.ready("emma", WORDS)
    cursor = client.get("/models/austen/words?limit=1").json["next_cursor"]
    assert client.get(f"/models/emma/words?cursor={cursor}").status_code == 422


def test_two_models_are_compared_side_by_side(client, world):
    other = world.ready("emma", "captain monday tuesday wentworth harville admiral")
    answer = client.get("/models/austen/compare?other=emma&word=captain&top_k=2").json
    assert [near["word"] for near in answer["neighbours"]] == ["wentworth", "harville"]
    assert [near["word"] for near in answer["other_neighbours"]] == ["monday", "tuesday"]
    assert (answer["overlap"], answer["other_model_id"]) == (0, other.id)


def test_what_compares_two_models_goes_with_either(client, world):
    emma = world.ready("emma", WORDS)
    ask(client, "http", kind="compare", model="austen", other="emma", word="captain")
    world.queries.remove(emma.id)
    assert client.get("/queries").json["queries"] == []


def test_questions_without_a_kind_are_told_as_ever(client):
    question, faults = BAD_QUESTIONS["no word"]
    assert ask(client, "http", **question).faults == faults
