"""The commands that ask, against a server on a socket: what they send, and what they show."""

import json

from tests.integration.cli.server import ContractServer
from tests.integration.cli.test_cli_over_http import Ophicleide, ophicleide, server

__all__ = ["ophicleide", "server"]


def sent(server: ContractServer) -> tuple[str, str]:
    method, path, _, _ = server.requests[-1]
    return method, path


def test_query_sends_all_that_was_said(server: ContractServer, ophicleide: Ophicleide) -> None:
    options = ["-p", "she", "-p", "captain:0.5", "-n", "he", "--objective", "3cosmul", "-k", "3", "--offset", "3"]
    options += ["--min-similarity", "-0.5", "--prefix", "w", "--among", "x", "--among", "y", "--exclude", "z"]

    assert ophicleide("query", "king", "-m", "austen", *options).exit_code == 0
    assert json.loads(server.requests[0][3]) == {
        "model": "austen",
        "word": "king",
        "positive": [{"word": "she"}, {"word": "captain", "weight": 0.5}],
        "negative": [{"word": "he"}],
        "objective": "3cosmul",
        "top_k": 3,
        "offset": 3,
        "min_similarity": -0.5,
        "prefix": "w",
        "among": ["x", "y"],
        "exclude": ["z"],
    }


def test_query_without_keeping_asks_by_a_query_string(server: ContractServer, ophicleide: Ophicleide) -> None:
    ophicleide("query", "-m", "austen", "--no-keep", "-p", "she:2", "-n", "he")

    assert sent(server) == ("GET", "/api/models/austen/most-similar?positive=she%3A2&negative=he")


def test_a_vector_that_is_not_to_be_kept_goes_as_a_call_of_one(server: ContractServer, ophicleide: Ophicleide) -> None:
    done = ophicleide("query", "-m", "austen", "--no-keep", "--vector", "@-", "-o", "name", stdin="[1, -0.5e0\n2]")

    assert sent(server) == ("POST", "/api/models/austen/most-similar")
    assert json.loads(server.requests[-1][3]) == {"queries": [{"vector": [1, -0.5, 2]}]}
    assert done.stdout == "wentworth\nharville\n"


def test_similarity_takes_words_and_sets(server: ContractServer, ophicleide: Ophicleide) -> None:
    done = ophicleide("similarity", "captain", "ship sea", "-m", "austen")

    assert sent(server) == ("GET", "/api/models/austen/similarity?first=captain&second=ship&second=sea")
    assert "0.810" in done.stdout


def test_doesnt_match_shows_the_odd_one_out_first(server: ContractServer, ophicleide: Ophicleide) -> None:
    done = ophicleide("doesnt-match", "captain", "wentworth", "monday", "-m", "austen")

    assert sent(server)[1].endswith("/doesnt-match?words=captain&words=wentworth&words=monday")
    assert done.stdout.startswith("monday")
    assert ophicleide("doesnt-match", "a", "b", "c", "-m", "austen", "-o", "name").stdout == "monday\n"


def test_rank_says_the_place(server: ContractServer, ophicleide: Ophicleide) -> None:
    done = ophicleide("rank", "captain", "harville", "-m", "austen")

    assert sent(server)[1].endswith("/rank?word=captain&other=harville")
    assert done.stdout.startswith("2 ")


def test_words_are_listed_with_their_counts(server: ContractServer, ophicleide: Ophicleide) -> None:
    done = ophicleide("words", "cap", "-m", "austen")

    assert sent(server)[1].endswith("/words?prefix=cap")
    assert [line.split() for line in done.stdout.splitlines()] == [
        ["WORD", "COUNT"],
        ["captain", "303"],
        ["capital", "21"],
    ]
