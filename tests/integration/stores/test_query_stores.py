"""What every query store must keep to."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from ophicleide.domain.comparisons import CompareQuery, MovedQuery, MovedWord
from ophicleide.domain.errors import InvalidRequest
from ophicleide.domain.forms import KeptQuery
from ophicleide.domain.ports import Page, QueryStore
from ophicleide.domain.queries import Example, Neighbour, Objective, Query
from ophicleide.domain.relations import DoesntMatchQuery, RankQuery, SimilarityQuery, VectorQuery
from ophicleide.system import uuid7
from tests.builders import NOW, a_query

THREADS = 12


def test_a_kept_query_comes_back_as_it_was(queries: QueryStore) -> None:
    query = a_query(word="fröhlich 🙂")
    assert queries.add(query) == query
    assert queries.get(query.id) == query


def one_of_each_kind() -> list[KeptQuery]:
    def kept() -> dict[str, object]:
        return {"id": uuid7(), "created_at": NOW, "model_id": uuid7(), "model_name": "austen"}

    def two() -> dict[str, object]:
        return kept() | {"other_model_id": uuid7(), "other_model_name": "emma", "top_k": 3}

    near = (Neighbour(word="b", similarity=0.5),)
    moved = (MovedWord(word="a", count=2, other_count=3, overlap=0.25),)
    examples = {"positive": (Example(word="a", weight=0.5),), "min_similarity": 0.0, "objective": Objective.COS_MUL}
    return [
        a_query(word=None, **examples, prefix="b", among=("b",), exclude=("c",), offset=4),
        a_query(word=None, vector=(0.1, -2.0)),
        SimilarityQuery.model_validate(kept() | {"first": ("a",), "second": ("b", "c"), "similarity": -0.5}),
        DoesntMatchQuery.model_validate(
            kept() | {"words": ("a", "b", "c"), "odd_one_out": "b", "similarities": near},
        ),
        RankQuery.model_validate(kept() | {"word": "a", "other": "b", "rank": 7, "similarity": 0.1}),
        VectorQuery.model_validate(
            kept() | {"word": "A", "spelt": "a", "count": 9, "norm": 2.5, "vector": (1.5, -2.0)}
        ),
        CompareQuery.model_validate(
            two() | {"word": "a", "neighbours": near, "other_neighbours": (), "overlap": 0.0},
        ),
        MovedQuery.model_validate(
            two() | {"neighbours": 5, "frequent": 10, "min_count": 0, "compared": 8, "words": moved},
        ),
    ]


@pytest.mark.parametrize("place", range(8))
def test_every_kind_of_query_comes_back_as_it_was(queries: QueryStore, place: int) -> None:
    query = one_of_each_kind()[place]
    assert queries.add(query) == query
    assert queries.get(query.id) == query
    assert queries.find(query.model_id, Page()).queries == (query,)


def test_a_comparison_goes_with_either_model(queries: QueryStore) -> None:
    compared = [query for query in one_of_each_kind() if isinstance(query, (CompareQuery, MovedQuery))]
    for query in compared:
        queries.add(query)
        queries.remove(query.other_model_id)
    assert [queries.get(query.id) for query in compared] == [None, None]


@pytest.mark.parametrize("query_id", ["", "no id", "\ud800"])
def test_text_that_is_no_id_finds_nothing(queries: QueryStore, query_id: str) -> None:
    assert queries.get(query_id) is None


def test_an_unknown_id_finds_nothing(queries: QueryStore) -> None:
    assert queries.get(uuid7()) is None


def test_the_same_key_gives_the_first_query_and_keeps_no_other(queries: QueryStore) -> None:
    key, first, second = uuid7(), a_query(), a_query()
    assert queries.add(first, key) == first
    assert queries.add(second, key) == first
    assert queries.get(second.id) is None


def test_many_adding_with_one_key_at_once_all_get_one_query(queries: QueryStore) -> None:
    key, barrier, model_id = uuid7(), Barrier(THREADS), uuid7()

    def add(query: Query) -> str:
        barrier.wait()
        return queries.add(query, key).id

    with ThreadPoolExecutor(THREADS) as pool:
        ids = set(pool.map(add, [a_query(model_id=model_id) for _ in range(THREADS)]))
    assert [query.id for query in queries.find(model_id, Page()).queries] == list(ids)


def test_queries_are_listed_newest_first_by_model_or_all(queries: QueryStore) -> None:
    model_id = uuid7()
    first, second = queries.add(a_query(model_id=model_id)), queries.add(a_query(model_id=model_id))
    other = queries.add(a_query())
    assert queries.find(model_id, Page()).queries == (second, first)
    assert queries.find(None, Page(limit=3)).queries == (other, second, first)


def test_pages_show_each_query_once_while_others_are_added(queries: QueryStore) -> None:
    model_id = uuid7()
    kept = [queries.add(a_query(model_id=model_id)) for _ in range(5)]
    page = queries.find(model_id, Page(limit=2))
    seen = list(page.queries)
    while page.next_cursor:
        queries.add(a_query(model_id=model_id))
        page = queries.find(model_id, Page(limit=2, cursor=page.next_cursor))
        seen += page.queries
    assert seen == kept[::-1]


def test_a_cursor_that_no_page_gave_is_the_callers_mistake(queries: QueryStore) -> None:
    with pytest.raises(InvalidRequest, match="next_cursor"):
        queries.find(None, Page(cursor="page 2"))


def test_removing_takes_all_queries_of_one_model_and_frees_their_keys(queries: QueryStore) -> None:
    key, gone, stays = uuid7(), a_query(), a_query()
    queries.add(gone, key)
    queries.add(stays)
    queries.remove(gone.model_id)
    queries.remove(gone.model_id)
    assert queries.get(gone.id) is None
    assert queries.get(stays.id) == stays
    again = a_query()
    assert queries.add(again, key) == again
