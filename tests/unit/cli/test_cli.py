"""The program without a server: help, usage, how documents and problems look to a person."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from functions.list_models.formats import ExportFormat
from ophicleide.cli import demo, events, problems, tables, waiting
from ophicleide.cli.api import Api
from ophicleide.cli.completion import export_formats
from ophicleide.cli.failures import CommandFailed, ExitCode
from ophicleide.cli.main import app
from ophicleide.domain.events import RequestType
from ophicleide.domain.training import TrainingParameters

ROOT = Path(__file__).parents[3]
COMMANDS = [
    "models create",
    "models import",
    "models list",
    "models show",
    "models delete",
    "models wait",
    "models export",
    "aliases list",
    "aliases show",
    "aliases set",
    "aliases clear",
    "query",
    "similarity",
    "doesnt-match",
    "rank",
    "vector",
    "words",
    "compare",
    "moved",
    "queries list",
    "queries show",
    "events send",
    "demo",
    "version",
]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command: str) -> None:
    shown = CliRunner().invoke(app, [*command.split(), "--help"], env={"COLUMNS": "200"})

    assert shown.exit_code == 0
    assert "--output" in shown.stdout
    assert f"ophicleide {command}" in shown.stdout or command == "version"


def test_every_command_is_in_the_documentation() -> None:
    text = (ROOT / "docs/cli.md").read_text()

    assert [command for command in COMMANDS if f"`{command}" not in text] == []


def test_every_exit_code_is_in_the_documentation() -> None:
    text = (ROOT / "docs/cli.md").read_text()

    assert [code for code in ExitCode if f"| {code.value} |" not in text] == []


def test_every_training_parameter_is_an_option_with_its_description() -> None:
    shown = CliRunner().invoke(app, ["models", "create", "--help"], env={"COLUMNS": "400"}).stdout

    for name, field in TrainingParameters.model_fields.items():
        assert f"--{name.replace('_', '-')}" in shown
        assert str(field.description) in shown


def test_help_needs_none_of_the_heavy_libraries() -> None:
    program = (
        "import sys; from ophicleide.cli.main import app\n"
        "try: app(['--help'])\n"
        "except SystemExit: print({'httpx', 'pydantic', 'numpy'} & set(sys.modules))"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert done.stdout.splitlines()[-1] == "set()"


@pytest.mark.parametrize(
    "line",
    [
        ["models", "create"],
        ["models", "create", "a", "http://a", "--vector-size", "0"],
        ["models", "create", "a", "http://a", "--trainer", "nobody"],
        ["models", "create", "a", "http://a", "--label", "nothing"],
        ["models", "create", "a", "--from-file", "/nowhere/urls.txt"],
        ["models", "create", "a", "http://a", "--idempotency-key", "two words"],
        ["models", "list", "--output", "xml"],
        ["query", "captain"],
        ["query", "--model", "austen"],
        ["query", "--model", "austen", "--vector", "1,two"],
        ["query", "--model", "austen", "--vector", "@/nowhere/vector.txt"],
        ["similarity", "captain", "--model", "austen"],
        ["moved", "--model", "austen"],
        ["events", "send", "x", "--data", "{"],
        ["events", "send", "x", "--data", "@/nowhere/data.json"],
        ["--url", "nowhere", "models", "list"],
        ["sing"],
    ],
)
def test_wrong_usage_ends_with_two_and_says_so(line: list[str]) -> None:
    done = CliRunner().invoke(app, line)

    assert done.exit_code == ExitCode.USAGE
    assert done.stdout == ""
    assert done.stderr


@pytest.mark.parametrize(
    ("pointer", "where"),
    [
        ("/parameters/vector_size", "--vector-size"),
        ("/urls/0", "URL 1"),
        ("/urls", "URL"),
        ("/name", "NAME"),
        ("/status", "--status"),
        ("/positive/0/weight", "--positive"),
        ("/queries/0/min_similarity", "--min-similarity"),
        ("", "request"),
        ("/else", "/else"),
    ],
)
def test_a_field_is_named_as_the_person_typed_it(pointer: str, where: str) -> None:
    assert problems.place(pointer) == where


@pytest.mark.parametrize(
    ("status", "code"),
    [(400, 1), (404, 3), (409, 1), (410, 1), (422, 1), (500, 1), (502, 4), (503, 4), (504, 4)],
)
def test_a_status_has_its_exit_code(status: int, code: int) -> None:
    assert problems.failure(status, {}).exit_code == code


def test_an_answer_that_says_nothing_still_makes_a_sentence() -> None:
    assert problems.failure(500, {}).message == "The server answered 500"


def test_a_bar_grows_with_similarity_and_never_runs_below_nothing() -> None:
    assert tables.bar(-0.5) == ""
    assert len(tables.bar(1.0)) == tables.BAR_CELLS
    assert len(tables.bar(0.25)) < len(tables.bar(0.75))


def test_an_age_is_told_in_its_largest_unit() -> None:
    moment = datetime.now(UTC) - timedelta(hours=5, minutes=30)

    assert tables.age(moment.isoformat()) == "5h"


def test_pace_tells_what_is_known() -> None:
    known = {"status": "training", "progress": {"phase": "training", "words_per_second": 98765.4, "seconds_left": 7.2}}

    assert waiting.pace(known) == "98,765 words/s · 7 s left"
    assert waiting.pace({"status": "pending", "progress": None}) == ""


def test_waits_grow_and_honour_what_the_server_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    import httpx

    slept: list[float] = []
    api = Api("http://here/api", 1, sleep=slept.append)
    monkeypatch.setattr(api, "_try", lambda *_: httpx.Response(503, headers={"Retry-After": "3"}))

    with pytest.raises(CommandFailed):
        api.get("/models")

    assert slept == [3.0, 3.0, 3.0]


def test_the_demo_reads_the_novels_that_are_there() -> None:
    there = {path.name.removesuffix(".txt.gz") for path in (ROOT / "data/austen").glob("*.txt.gz")}

    assert set(demo.NOVELS) == there


def test_each_request_event_is_sent_to_the_function_its_trigger_names() -> None:
    documents = [d for p in (ROOT / "knative/base").glob("*.yaml") for d in yaml.safe_load_all(p.read_text())]
    triggers = {
        d["spec"]["filter"]["attributes"]["type"]: d["spec"]["subscriber"]["ref"]["name"]
        for d in documents
        if isinstance(d, dict) and d["kind"] == "Trigger"
    }

    for kind in RequestType:
        assert events.address("", events.taker(kind)) == f"/functions/{triggers[kind].replace('-', '_')}/"


def test_both_program_names_are_installed() -> None:
    for program in ("ophicleide", "kn-ophicleide"):
        done = subprocess.run(
            [Path(sys.executable).parent / program, "--help"], capture_output=True, text=True, check=True
        )
        assert f"Usage: {program.replace('-', ' ')} [OPTIONS]" in done.stdout


def test_every_format_is_offered_and_explained() -> None:
    said = CliRunner().invoke(app, ["models", "export", "--help"], env={"COLUMNS": "200"}).stdout
    assert set(export_formats("")) == set(ExportFormat)
    assert [name for name in ExportFormat if name not in said] == []


def test_a_ready_model_shows_how_good_it_is() -> None:
    quality = {
        "coverage": 0.9712,
        "analogies": {"questions": "questions-words", "answerable": 0.2, "asked": 1900, "correct": 0.251},
        "neighbours": [{"word": "captain", "nearest": ["wentworth", "harville"]}],
    }
    result = {"corpus": {"tokens": 10, "sentences": 2}, "vocabulary_size": 5, "epochs": 3, "quality": quality}
    moment = datetime.now(UTC).isoformat()
    model = {"name": "a", "id": "b", "status": "ready", "created_at": moment, "parameters": {}, "urls": ["c"]}

    shown = dict(tables._facts({**model, "result": result}))

    assert shown["coverage"] == "97.1% of the words"
    assert shown["analogies"] == "25.1% of 1,900 (questions-words)"
    assert shown["nearest"] == "captain: wentworth, harville"
    assert "analogies" not in dict(tables._facts({**model, "result": {**result, "quality": None}}))
