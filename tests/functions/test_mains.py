"""What each `main.py` does before it serves: it loads little, and refuses to start on bad settings."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FUNCTIONS = ("create_model", "delete_model", "list_models", "query", "set_alias")
HEAVY = {"numpy", "pyspark", "gensim", "scipy", "kubernetes", "cloudevents", "httpx", "starlette", "yaml"}


def python(program: str, **environ: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=environ, capture_output=True, text=True, timeout=60, check=False
    )


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_loads_nothing_heavy_before_it_is_ready(name):
    program = f"import sys, functions.{name}.main; print(*{{module.partition('.')[0] for module in sys.modules}})"
    run = python(program, MONGODB_URI="mongodb://127.0.0.1:1")
    assert run.returncode == 0, run.stderr
    assert HEAVY.isdisjoint(run.stdout.split())


def test_a_plain_request_does_not_load_the_sdk_and_an_event_does():
    program = """
import sys
from ophicleide.edge.messages import Request
from tests.functions.world import World
function = World().function("list_models")
for request in (Request("GET", "/models"), Request("POST", "/", headers={"ce-id": "1"})):
    print(function.handle(request).status, "cloudevents" in sys.modules)
"""
    assert python(program).stdout.splitlines() == ["200 False", "400 True"]


def test_query_is_ready_without_what_only_longer_answers_need():
    program = "import sys, functions.query.main; print(*{module.partition('.')[0] for module in sys.modules})"
    run = python(program, MONGODB_URI="mongodb://127.0.0.1:1")
    assert {"pydantic", "flask", "gridfs", "cloudevents"}.isdisjoint(run.stdout.split())


def test_query_loads_no_launcher():
    run = python("import sys, functions.query.main; print(*sys.modules)", MONGODB_URI="mongodb://127.0.0.1:1")
    assert "ophicleide.launchers" not in run.stdout.split()


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_bad_setting_is_printed_and_the_function_does_not_start(name):
    run = python(f"import functions.{name}.main", OPHICLEIDE_MAX_URLS="many", OPHICLEIDE_COLOUR="red")
    assert run.returncode == 1
    for variable in ("MONGODB_URI", "OPHICLEIDE_MAX_URLS", "OPHICLEIDE_COLOUR"):
        assert variable in run.stderr
    assert "Traceback" not in run.stderr


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_uri_that_cannot_be_used_is_not_repeated(name):
    run = python(f"import functions.{name}.main", MONGODB_URI="mongodb://user:s3cret@host:port")
    assert run.returncode == 1
    assert "MONGODB_URI" in run.stderr
    assert "s3cret" not in run.stderr


@pytest.mark.parametrize("name", FUNCTIONS)
def test_one_name_stands_for_folder_target_and_extra(name):
    assert (ROOT / "functions" / name / "requirements.txt").read_text() == f"ophicleide[{name}]\n"
    assert f"\n{name} = entry_point(build, os.environ)\n" in (ROOT / "functions" / name / "main.py").read_text()
