"""The short way to an answer, against the whole function: the same bytes, or nothing of its own."""

from dataclasses import replace
from urllib.parse import quote, quote_plus

import numpy as np
import pytest

from functions.query import kept_answers
from functions.query.kept_answers import Kept, KeptAnswers, Standing
from functions.query.nearest import Nearest
from functions.query.recall import Recall
from ophicleide.domain.lifecycle import delete
from ophicleide.domain.published import Published, PublishedArtifact
from ophicleide.domain.vectors import WordVectors
from ophicleide.edge.messages import Handler, Request, Response
from ophicleide.stores.cache import VectorCache
from ophicleide.stores.memory import MemoryPublishedModels
from tests.functions.world import MAX_BODY_BYTES, World

WORDS = ["captain", "US", "us", "café", "it's", "a b", 'quo"te', "back\\slash", "ße", "\U0001f600"]

PUBLISHED = Published("id", "name", PublishedArtifact("artifact", 0, ""))


def nearest(world: World) -> Nearest:
    return Nearest(world.neighbours, VectorCache(world.artifacts, 1 << 20))


class Short:
    """A recall whose whole function tells how often it was asked, and whose clock is set by hand."""

    def __init__(self, world: World, answer_bytes: int = 1 << 20) -> None:
        self.world = world
        self.now = 100.0
        self.whole_answers = 0
        self.reads = 0
        self.answers = KeptAnswers(answer_bytes)
        self.recall = Recall(
            Standing(self, clock=lambda: self.now), nearest(world), self.answers, lambda: self, MAX_BODY_BYTES
        )

    max_body_bytes = MAX_BODY_BYTES

    def handle(self, request: Request) -> Response:
        self.whole_answers += 1
        return self.world.function("query").handle(request)

    def published(self, ref: str) -> Published | None:
        self.reads += 1
        return MemoryPublishedModels(self.world.models).published(ref)


def vectors(words: list[str] | None = None) -> WordVectors:
    random = np.random.default_rng(11)
    names = (words or WORDS) + [f"word{number}" for number in range(200)]
    matrix = random.integers(-3, 4, (len(names), 6)).astype(np.float32)
    return WordVectors(names, matrix, np.arange(len(names), 0, -1))


def question(ref: str, query: str, **headers: str) -> Request:
    return Request(
        "GET", f"/models/{ref}/most-similar", query, {name.replace("_", "-"): h for name, h in headers.items()}
    )


def shown(response: Response) -> tuple[int, dict[str, str], bytes]:
    """Without what differs from call to call."""
    each_time = {"Server-Timing", "X-Request-Id"}
    return response.status, {name: h for name, h in response.headers.items() if name not in each_time}, response.body


def both(world: World, request: Request) -> tuple[Response, Response, Short]:
    short = Short(world)
    return short.recall.handle(request), world.function("query").handle(request), short


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize("top_k", ["", "&top_k=1", "&top_k=50"])
@pytest.mark.parametrize("spell", [quote, quote_plus])
def test_a_recalled_answer_has_the_bytes_of_the_whole_function(world: World, word: str, top_k: str, spell) -> None:
    request = question(world.ready_with(vectors()).id, f"word={spell(word)}{top_k}")
    recalled, whole, short = both(world, request)
    assert (shown(recalled), short.whole_answers) == (shown(whole), 0)
    assert recalled.status == 200


def test_a_name_stands_for_the_same_model_on_both_ways(world: World) -> None:
    world.ready_with(vectors(["captain", "old"]))
    world.ready_with(vectors(["captain", "new"]))
    world.pending()
    recalled, whole, short = both(world, question("austen", "word=captain"))
    assert (shown(recalled), short.whole_answers) == (shown(whole), 0)


@pytest.mark.parametrize(
    "query",
    [
        "",
        "word=",
        "word=%20",
        "word=captain%20",
        "word=nowhere",
        "positive=captain&negative=nowhere",
        "positive=captain:2",
        "positive=captain%3A2&negative=us",
        "positive=captain&negative=",
        "positive=captain&negative=%ff",
        "&".join(["positive=captain"] * 21),
        "positive=captain&top_k=3&top_k=3",
        "top_k=3",
        "word=captain&top_k=0",
        "word=captain&top_k=1001",
        "word=captain&top_k=ten",
        "word=captain&top_k=010",
        "word=captain&word=us",
        "word=%ff",
        "word=%00",
        "word=captain&colour=red",
        "word=captain&offset=2",
        f"word={'a' * 201}",
        "model=other&word=captain",
    ],
)
def test_whatever_is_not_plain_gets_what_the_whole_function_says(world: World, query: str) -> None:
    recalled, whole, short = both(world, question(world.ready_with(vectors()).id, query))
    assert (shown(recalled), short.whole_answers) == (shown(whole), 1)


@pytest.mark.parametrize(
    "request_",
    [
        Request("POST", "/models/austen/most-similar", "word=captain"),
        Request("HEAD", "/models/austen/most-similar", "word=captain"),
        Request("OPTIONS", "/models/austen/most-similar"),
        Request("GET", "/models/austen/most-similar/", "word=captain"),
        Request("GET", "//models/austen/most-similar", "word=captain"),
        Request("GET", "/models/austen/most-similar", "word=captain", {"idempotency-key": "é"}),
        Request("GET", "/nowhere"),
        Request("GET", "/health/liveness"),
        Request("HEAD", "/health/readiness"),
        Request("POST", "/health/readiness"),
    ],
)
def test_other_methods_paths_and_headers_get_what_the_whole_function_says(world: World, request_: Request) -> None:
    world.ready_with(vectors())
    recalled, whole, _ = both(world, request_)
    assert shown(recalled) == shown(whole)


@pytest.mark.parametrize("known", ["its", "*", '"other", {}', "W/{}", '"other"', "nonsense {}"])
def test_who_has_the_answer_gets_304_on_both_ways(world: World, known: str) -> None:
    model = world.ready_with(vectors())
    tag = world.function("query").handle(question(model.id, "word=captain")).headers["ETag"]
    header = tag if known == "its" else known.format(tag)
    recalled, whole, short = both(world, question(model.id, "word=captain", if_none_match=header))
    assert (shown(recalled), short.whole_answers) == (shown(whole), 0)


@pytest.mark.parametrize("state", ["pending", "training"])
def test_a_model_that_is_not_ready_is_told_by_the_whole_function(world: World, state: str) -> None:
    model = getattr(world, state)()
    recalled, whole, short = both(world, question(model.id, "word=captain"))
    assert (shown(recalled), short.whole_answers, recalled.status) == (shown(whole), 1, 409)


def test_an_unknown_model_is_told_by_the_whole_function(world: World) -> None:
    recalled, whole, short = both(world, question("nowhere", "word=captain"))
    assert (shown(recalled), short.whole_answers, recalled.status) == (shown(whole), 1, 404)


def test_a_model_without_records_answers_from_its_matrix(world: World) -> None:
    model = world.ready_with(vectors())
    world.neighbours.remove(model.id)
    recalled, whole, short = both(world, question(model.id, "word=captain"))
    assert (shown(recalled), short.whole_answers, recalled.status) == (shown(whole), 0, 200)


@pytest.mark.parametrize(
    "query",
    [
        "positive=captain&negative=us",
        "word=captain&positive=us&positive=it's&negative=caf%C3%A9&negative=a+b&top_k=3",
        "word=captain&positive=captain&negative=captain",
        "positive=captain&negative=captain",
        "negative=captain",
        "positive=captain",
        "word=Captain",
        "word=word199&top_k=51",
        "top_k=3&word=captain",
    ],
)
def test_what_no_record_says_is_answered_from_the_matrix_with_the_bytes_of_the_whole_function(
    world: World, query: str
) -> None:
    request = question(world.ready_with(vectors()).id, query)
    recalled, whole, short = both(world, request)
    assert (shown(recalled), short.whole_answers, recalled.status) == (shown(whole), 0, 200)
    again = short.recall.at_once(request)
    assert again is not None
    assert shown(again) == shown(whole)


def test_damaged_vectors_are_told_by_the_whole_function(world: World) -> None:
    model = world.ready_with(vectors())
    world.artifacts.remove(model.id)
    recalled, whole, short = both(world, question(model.id, "positive=captain&negative=us"))
    assert (shown(recalled), short.whole_answers, recalled.status) == (shown(whole), 1, 500)


def test_an_outage_is_told_as_the_whole_function_tells_it(world: World) -> None:
    model = world.ready_with(vectors())
    world.models.down = True
    recalled, whole, _ = both(world, question(model.id, "word=captain"))
    assert (shown(recalled), recalled.status) == (shown(whole), 503)


def test_an_answer_is_given_again_without_the_store_for_a_second(world: World) -> None:
    short, request = Short(world), question(world.ready_with(vectors()).id, "word=captain")
    first = short.recall.handle(request)
    short.now += 0.9
    again = short.recall.at_once(replace(request, headers={"x-request-id": "mine"}))
    assert again is not None
    assert shown(again) == shown(first)
    assert (again.headers["X-Request-Id"], short.reads) == ("mine", 1)
    assert ("cache;desc=cold" in first.headers["Server-Timing"], "warm" in again.headers["Server-Timing"]) == (
        True,
        True,
    )


def test_after_a_second_the_store_is_asked_whether_the_model_lives(world: World) -> None:
    short, request = Short(world), question(world.ready_with(vectors()).id, "word=captain")
    first = short.recall.handle(request)
    short.now += kept_answers.FRESH_SECONDS
    assert short.recall.at_once(request) is None
    assert shown(short.recall.handle(request)) == shown(first)
    assert (short.reads, short.recall.at_once(request) is not None) == (2, True)


@pytest.mark.parametrize("by", ["id", "name"])
def test_a_deleted_model_stops_answering_within_two_seconds_of_any_copy(world: World, by: str) -> None:
    short, model = Short(world), world.ready_with(vectors())
    request = question(model.id if by == "id" else model.name, "word=captain")
    max_age = float(short.recall.handle(request).headers["Cache-Control"].rpartition("=")[2])
    world.models.change(model.id, 1, delete(now=world.now()))
    short.now += kept_answers.FRESH_SECONDS
    assert short.recall.handle(request).status == 404
    assert kept_answers.FRESH_SECONDS + max_age <= 2


def test_a_name_that_stands_for_a_newer_model_is_answered_by_it(world: World) -> None:
    short, request = Short(world), question("austen", "word=captain")
    world.ready_with(vectors(["captain", "old"]))
    short.recall.handle(request)
    newer = world.ready_with(vectors(["captain", "newer", "newest"]))
    short.now += kept_answers.FRESH_SECONDS
    assert newer.id.encode() in short.recall.handle(request).body


def test_the_whole_function_is_made_once(world: World) -> None:
    made: list[Handler] = []

    def rest() -> Handler:
        made.append(world.function("query"))
        return made[-1]

    models = Standing(MemoryPublishedModels(world.models))
    recall = Recall(models, nearest(world), KeptAnswers(1 << 20), rest, MAX_BODY_BYTES)
    world.ready_with(vectors())
    recall.handle(question("austen", "word=captain"))
    assert made == []
    assert [recall.handle(question("austen", "word=nowhere")).status for _ in range(3)] == [422] * 3
    assert len(made) == 1


def test_kept_answers_are_bounded_and_the_least_recently_used_leaves() -> None:
    answers, size = KeptAnswers(3 * (1000 + kept_answers.OVERHEAD_BYTES)), 1000
    kept = Kept(PUBLISHED, '"tag"', bytes(size))
    for number in range(3):
        answers.keep(("path", f"{number}"), kept)
    answers.get(("path", "0"))
    answers.keep(("path", "3"), kept)
    answers.keep(("path", "3"), kept)
    assert [answers.get(("path", f"{number}")) is not None for number in range(4)] == [True, False, True, True]


def test_an_answer_larger_than_all_room_is_not_kept() -> None:
    answers = KeptAnswers(100)
    answers.keep(("path", ""), Kept(PUBLISHED, '"tag"', bytes(1000)))
    assert answers.get(("path", "")) is None


def test_references_that_are_known_are_bounded(world: World) -> None:
    class All:
        def published(self, ref: str) -> Published:
            return PUBLISHED._replace(model_id=ref)

    standing = Standing(All(), clock=lambda: 0.0)
    for number in range(kept_answers.MAX_REFERENCES + 5):
        standing.of(f"{number}")
    assert standing.known("4") is None
    assert standing.known("5") is not None
