"""What of the processes' lines reaches the terminal and what the log files."""

import io
from contextlib import closing
from pathlib import Path

import pytest

from ophicleide.runner.console import KEPT_BYTES, Console

READ = "08:24:39 INFO    GET /models/x 200 in 2.6 ms"


def test_a_line_has_its_process_before_it_and_is_kept_in_its_file(tmp_path: Path) -> None:
    out = io.StringIO()
    with closing(Console(["query", "list_models"], tmp_path, out)) as console:
        console.line("query", "hello")
    assert out.getvalue() == "query       │ hello\n"
    assert (tmp_path / "query.log").read_text() == "hello\n"


def test_successful_reads_go_to_the_file_alone(tmp_path: Path) -> None:
    out = io.StringIO()
    with closing(Console(["query"], tmp_path, out)) as console:
        console.line("query", READ)
    assert (out.getvalue(), (tmp_path / "query.log").read_text()) == ("", f"{READ}\n")


@pytest.mark.parametrize("text", [READ.replace("200", "404"), READ.replace("GET", "POST"), f"nested {READ[:20]}"])
def test_everything_else_is_shown(tmp_path: Path, text: str) -> None:
    out = io.StringIO()
    with closing(Console(["query"], tmp_path, out)) as console:
        console.line("query", text)
    assert text in out.getvalue()


def test_a_long_log_is_set_aside_when_a_run_starts(tmp_path: Path) -> None:
    (tmp_path / "query.log").write_bytes(bytes(KEPT_BYTES + 1))
    Console(["query"], tmp_path, io.StringIO()).close()
    assert (tmp_path / "query.log").stat().st_size == 0
    assert (tmp_path / "query.log.1").stat().st_size == KEPT_BYTES + 1
