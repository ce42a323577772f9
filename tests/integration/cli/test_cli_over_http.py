"""The program against a server on a socket: documents, exit codes, retries, waiting, events."""

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from ophicleide.cli.main import app
from tests.integration.cli.server import EXAMPLES, ContractServer, serving

Ophicleide = Callable[..., Result]


@pytest.fixture
def server() -> Iterator[ContractServer]:
    with serving() as server:
        yield server


@pytest.fixture
def ophicleide(server: ContractServer, monkeypatch: pytest.MonkeyPatch) -> Ophicleide:
    monkeypatch.setattr("ophicleide.cli.waiting.POLL_SECONDS", 0.001)
    monkeypatch.setenv("OPHICLEIDE_URL", server.url)
    return lambda *line, stdin=None: CliRunner().invoke(app, list(line), input=stdin)


def test_create_prints_the_document_byte_for_byte(server: ContractServer, ophicleide: Ophicleide) -> None:
    done = ophicleide("models", "create", "austen", "http://a/b.txt", "-o", "json")

    assert done.exit_code == 0
    assert json.loads(done.stdout) == server.models[0]
    assert done.stderr == ""


def test_create_sends_only_what_was_given(server: ContractServer, ophicleide: Ophicleide) -> None:
    ophicleide("models", "create", "a", "http://a/b", "--vector-size", "50", "--trainer", "mllib", "-l", "team=search")

    asked = json.loads(server.requests[0][3])
    assert asked["parameters"] == {"vector_size": 50, "trainer": "mllib"}
    assert asked["labels"] == {"team": "search"}


def test_create_sends_switches_and_lists_as_they_were_given(server: ContractServer, ophicleide: Ophicleide) -> None:
    ophicleide(
        "models", "create", "a", "http://a/b", "--repeatable", "--excluded-words", "of", "--excluded-words", "to"
    )

    asked = json.loads(server.requests[0][3])
    assert asked["parameters"] == {"repeatable": True, "excluded_words": ["of", "to"]}


def test_import_sends_where_the_vectors_are(server: ContractServer, ophicleide: Ophicleide) -> None:
    done = ophicleide("models", "import", "glove", "http://a/g.txt", "--format", "glove-text", "-l", "team=search")

    assert done.exit_code == 0
    assert json.loads(server.requests[0][3]) == {
        "name": "glove",
        "vectors": {"url": "http://a/g.txt", "format": "glove-text"},
        "labels": {"team": "search"},
    }


def test_create_reads_urls_from_standard_input_too(server: ContractServer, ophicleide: Ophicleide) -> None:
    ophicleide("models", "create", "a", "http://a/1", "-f", "-", stdin="# mine\nhttp://a/2\n\n http://a/3 \n")

    assert json.loads(server.requests[0][3])["urls"] == ["http://a/1", "http://a/2", "http://a/3"]


def test_create_is_sent_again_with_the_same_key_while_the_server_is_busy(
    server: ContractServer, ophicleide: Ophicleide
) -> None:
    server.busy = 2

    done = ophicleide("models", "create", "austen", "http://a/b.txt")

    keys = [headers["idempotency-key"] for _, _, headers, _ in server.requests]
    assert done.exit_code == 0
    assert len(keys) == 3
    assert len(set(keys)) == 1


def test_a_server_that_stays_busy_is_unreachable(server: ContractServer, ophicleide: Ophicleide) -> None:
    server.busy = 100

    done = ophicleide("models", "list")

    assert done.exit_code == 4
    assert "The document store did not answer." in done.stderr


def test_a_refused_field_is_named_as_it_was_typed(ophicleide: Ophicleide) -> None:
    done = ophicleide("models", "create", "austen", "ftp://a/b")

    assert done.exit_code == 1
    assert "URL 1: only http:// and https:// URLs are read" in done.stderr
    assert "--window: must be at least 1" in done.stderr


def test_waiting_returns_the_ready_model_and_tells_each_phase_once(ophicleide: Ophicleide) -> None:
    done = ophicleide("models", "create", "austen", "http://a/b", "--wait", "--output", "json")

    assert done.exit_code == 0
    assert json.loads(done.stdout)["status"] == "ready"
    assert done.stderr.splitlines() == ["austen: starting", "austen: training", "austen: ready"]


def test_a_failed_training_says_why_and_ends_with_its_own_code(ophicleide: Ophicleide) -> None:
    done = ophicleide("models", "create", "fails", "http://a/b", "--wait", "--quiet")

    assert done.exit_code == 6
    assert "The host has no address." in done.stderr
    assert done.stdout == ""


def test_waiting_gives_up_after_the_timeout(ophicleide: Ophicleide) -> None:
    ophicleide("models", "create", "slow", "http://a/b")

    done = ophicleide("models", "wait", "slow", "--timeout", "0.05")

    assert done.exit_code == 5
    assert "still training" in done.stderr


def test_an_interrupt_says_that_the_training_goes_on(server: ContractServer, ophicleide: Ophicleide) -> None:
    ophicleide("models", "create", "slow", "http://a/b")
    program = Path(sys.executable).parent / "ophicleide"

    with subprocess.Popen(
        [program, "models", "wait", "slow", "--timeout", "60"], stderr=subprocess.PIPE, text=True
    ) as waiting:
        assert waiting.stderr is not None
        first = waiting.stderr.readline()
        waiting.send_signal(signal.SIGINT)
        rest = waiting.stderr.read()

    assert first == "slow: starting\n"
    assert "the training goes on" in rest
    assert "Traceback" not in rest
    assert waiting.returncode == 130


def test_list_follows_the_cursor_only_when_asked_for_all(ophicleide: Ophicleide) -> None:
    for name in "abc":
        ophicleide("models", "create", name, "http://a/b")

    first, whole = ophicleide("models", "list", "-o", "json"), ophicleide("models", "list", "-o", "json", "--all")

    assert [model["name"] for model in json.loads(first.stdout)["models"]] == ["c", "b"]
    assert [model["name"] for model in json.loads(whole.stdout)["models"]] == ["c", "b", "a"]


def test_list_passes_its_filters_on(server: ContractServer, ophicleide: Ophicleide) -> None:
    ophicleide("models", "list", "--status", "ready", "--label", "team=search", "--label", "x=y")

    assert server.requests[0][1] == "/api/models?status=ready&label=team%3Asearch&label=x%3Ay"


def test_list_as_names_gives_one_id_a_line(server: ContractServer, ophicleide: Ophicleide) -> None:
    ophicleide("models", "create", "a", "http://a/b")

    assert ophicleide("models", "list", "-o", "name").stdout == server.models[0]["id"] + "\n"


def test_show_by_name_finds_a_model_that_is_not_ready(ophicleide: Ophicleide) -> None:
    ophicleide("models", "create", "slow", "http://a/b")

    shown = ophicleide("models", "show", "slow")

    assert shown.exit_code == 0
    assert "slow" in shown.stdout


def test_delete_asks_nobody_who_is_not_there(server: ContractServer, ophicleide: Ophicleide) -> None:
    ophicleide("models", "create", "keep-me", "http://a/b")

    done = ophicleide("models", "delete", "keep-me")

    assert done.exit_code == 2
    assert "--yes" in done.stderr
    assert len(server.models) == 1


def test_delete_takes_several_names_and_removes_them(server: ContractServer, ophicleide: Ophicleide) -> None:
    for name in ("a", "b"):
        ophicleide("models", "create", name, "http://a/b")

    done = ophicleide("models", "delete", "a", server.models[0]["id"], "--yes")

    assert done.exit_code == 0
    assert server.models == []


def test_an_unknown_id_is_not_found(ophicleide: Ophicleide) -> None:
    done = ophicleide("models", "show", "019ab000-0000-7000-8000-00000000ffff")

    assert done.exit_code == 3
    assert "hint: `ophicleide models list`" in done.stderr


def test_query_shows_neighbours_with_bars(ophicleide: Ophicleide) -> None:
    done = ophicleide("query", "captain", "--model", "austen")

    first, second = done.stdout.splitlines()
    assert first.split()[0::2] == ["wentworth", "0.810"]
    assert first.count("█") > second.count("█") > 0


def test_query_as_names_gives_one_word_a_line(ophicleide: Ophicleide) -> None:
    assert ophicleide("query", "captain", "-m", "austen", "-o", "name").stdout == "wentworth\nharville\n"


def test_query_without_keeping_uses_the_path_that_keeps_nothing(server: ContractServer, ophicleide: Ophicleide) -> None:
    done = ophicleide("query", "captain", "-m", "my model", "-k", "2", "--no-keep", "-o", "json")

    assert json.loads(done.stdout) == EXAMPLES["CaptainAnswer"]
    assert server.requests[0][1] == "/api/models/my%20model/most-similar?word=captain&top_k=2"


def test_an_unknown_word_comes_with_near_spellings(ophicleide: Ophicleide) -> None:
    done = ophicleide("query", "capitain", "-m", "austen")

    assert done.exit_code == 1
    assert "Near spellings: captain." in done.stderr


def test_a_model_that_is_not_ready_comes_with_what_to_do(ophicleide: Ophicleide) -> None:
    done = ophicleide("query", "captain", "-m", "slow", "--no-keep")

    assert done.exit_code == 1
    assert "models wait" in done.stderr


def test_kept_queries_are_listed(ophicleide: Ophicleide) -> None:
    assert "wentworth, harville" in ophicleide("queries", "list").stdout


@pytest.mark.parametrize("mode", ["binary", "structured"])
def test_an_event_goes_to_the_function_of_its_type_and_its_answer_is_shown(
    server: ContractServer, ophicleide: Ophicleide, mode: str
) -> None:
    done = ophicleide("events", "send", "dev.ophicleide.query.v1", "--data", '{"a": 1}', "--mode", mode, "-o", "json")

    assert server.requests[0][1] == "/functions/query/"
    assert json.loads(done.stdout)["data"] == EXAMPLES["CaptainQuery"]


def test_attributes_travel_percent_encoded_and_come_back_decoded(
    server: ContractServer, ophicleide: Ophicleide
) -> None:
    done = ophicleide("events", "send", "dev.ophicleide.query.v1", "--id", "ä 1%", "-o", "json")

    assert server.requests[0][2]["ce-id"] == "%C3%A4%201%25"
    assert json.loads(done.stdout)["id"] == "r 1"


def test_an_event_to_the_broker_has_no_answer(server: ContractServer, ophicleide: Ophicleide) -> None:
    done = ophicleide("events", "send", "dev.ophicleide.query.v1", "--to", "broker")

    assert server.requests[0][1] == "/broker"
    assert "no event came back" in done.stderr


def test_a_refused_event_names_the_field_of_its_data(ophicleide: Ophicleide) -> None:
    done = ophicleide("events", "send", "refused", "--to", "query")

    assert done.exit_code == 1
    assert "/urls/0: only http:// and https:// URLs are read" in done.stderr


def test_the_servers_version_is_told(ophicleide: Ophicleide) -> None:
    assert "server     9.9.9" in ophicleide("version").stdout


def test_an_address_that_is_not_the_api_is_told(server: ContractServer, ophicleide: Ophicleide) -> None:
    done = ophicleide("--url", server.url.removesuffix("/api"), "models", "list")

    assert done.exit_code == 1
    assert "is no path of Ophicleide's API" in done.stderr


def test_no_server_is_one_sentence_and_a_hint(ophicleide: Ophicleide) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        done = ophicleide("demo", "--quiet", "--url", f"http://127.0.0.1:{taken.getsockname()[1]}/api")

    assert done.exit_code == 4
    assert len(done.stderr.splitlines()) == 2
    assert "make run" in done.stderr


def test_the_demo_trains_and_asks_five_words(server: ContractServer, ophicleide: Ophicleide) -> None:
    done = ophicleide("demo", "-o", "name")

    asked = [json.loads(body)["word"] for _, path, _, body in server.requests if path == "/api/queries"]
    assert done.exit_code == 0
    assert asked == ["captain", "marriage", "happy", "sister", "monday"]


def test_completion_offers_the_names_of_models(
    server: ContractServer, ophicleide: Ophicleide, monkeypatch: pytest.MonkeyPatch
) -> None:
    ophicleide("models", "create", "austen", "http://a/b")
    monkeypatch.setenv("_OPHICLEIDE_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", "ophicleide models show au")
    monkeypatch.setenv("COMP_CWORD", "3")

    done = CliRunner().invoke(app, [], prog_name="ophicleide")

    assert done.stdout.split() == ["austen"]
