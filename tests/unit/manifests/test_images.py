"""The image recipes, without an engine: what they name exists, and an image's packages are enough to start it."""

import json
import re
import subprocess
import sys
import tomllib
from functools import cache
from importlib.metadata import Distribution, distributions
from pathlib import Path

import grimp
import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[3]
FUNCTIONS = sorted(path.parent.name for path in (ROOT / "functions").glob("*/main.py"))
RECIPES = ["functions/Dockerfile", "spark_jobs/train_word2vec/Dockerfile"]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]

# Runs in a process of its own: modules of packages that the image would not have cannot be imported.
START = """
import json, sys
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in absent:
            raise ModuleNotFoundError(f"{name} is not in the image", name=name)
absent = set(json.loads(sys.argv[1]))
sys.meta_path.insert(0, Absent())
import ophicleide.edge.serve
import functions_framework
app = functions_framework.create_app(sys.argv[2], f"functions/{sys.argv[2]}/main.py", "http")
print(app.test_client().get("/health/readiness").status_code)
"""


def instructions(recipe: str) -> list[str]:
    """A recipe's instructions, continued lines joined, comments left out."""
    lines = [line for line in (ROOT / recipe).read_text().splitlines() if not line.startswith("#")]
    return [line for line in "\n".join(lines).replace("\\\n", " ").splitlines() if line.strip()]


@cache
def installed() -> dict[str, Distribution]:
    return {canonicalize_name(d.metadata["Name"]): d for d in distributions()}


def closure(extra: str) -> set[str]:
    """Names of all packages that installing the project's dependencies with one extra brings."""
    there, found = installed(), set()
    waiting = [Requirement(text) for text in PROJECT["dependencies"] + PROJECT["optional-dependencies"][extra]]
    while waiting:
        requirement = waiting.pop()
        name = canonicalize_name(requirement.name)
        if name == "ophicleide":
            waiting += [Requirement(t) for e in requirement.extras for t in PROJECT["optional-dependencies"][e]]
        elif name not in found:
            found.add(name)
            waiting += needed(there[name], requirement.extras)
    return found


def needed(distribution: Distribution, extras: set[str]) -> list[Requirement]:
    requirements = [Requirement(text) for text in distribution.requires or ()]
    contexts = [{"extra": extra} for extra in ("", *extras)]
    return [r for r in requirements if r.marker is None or any(r.marker.evaluate(c) for c in contexts)]


def modules(distribution: Distribution) -> set[str]:
    tops = {path.parts[0].removesuffix(".py") for path in distribution.files or () if path.suffix in (".py", ".so")}
    return {top.partition(".")[0] for top in tops if top.isidentifier() or top.endswith(".so")}


def absent(extra: str) -> list[str]:
    have, there = closure(extra), installed()
    kept = {m for name in have for m in modules(there[name])} | {"ophicleide"}
    return sorted({m for name, d in there.items() if name not in have for m in modules(d)} - kept)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_functions_own_extra_is_enough_to_start_it(function: str) -> None:
    environment = {"MONGODB_URI": "mongodb://127.0.0.1:1", "PYTHONPATH": f"{ROOT}:{ROOT}/src"}
    command = [sys.executable, "-c", START, json.dumps(absent(function)), function]

    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)

    assert (done.stdout.strip(), done.stderr) == ("200", "")


@pytest.fixture(scope="module")
def imports() -> grimp.ImportGraph:
    return grimp.build_graph(
        "functions",
        "spark_jobs",
        "ophicleide",
        include_external_packages=True,
        exclude_type_checking_imports=True,
        cache_dir=None,
    )


ENTRIES = {function: f"functions.{function}.main" for function in FUNCTIONS} | {
    "train_word2vec": "spark_jobs.train_word2vec.main",
    "cli": "ophicleide.cli.main",
}


# Looked for before they are imported; who asks for what the image lacks is told how to get it.
OPTIONAL = {"train_word2vec": {"rjieba", "sudachipy"}}


@pytest.mark.parametrize("extra", ENTRIES)
def test_all_that_is_ever_imported_comes_with_the_extra(imports: grimp.ImportGraph, extra: str) -> None:
    reached = imports.find_upstream_modules(ENTRIES[extra])

    assert {module.partition(".")[0] for module in reached} & set(absent(extra)) == OPTIONAL.get(extra, set())


@pytest.mark.parametrize("function", FUNCTIONS)
def test_no_image_of_a_function_holds_an_engine_or_a_test_tool(function: str) -> None:
    assert closure(function) & {"pyspark", "gensim", "scipy", "kubernetes", "pytest", "mypy", "typer"} == set()


def test_blocking_blocks() -> None:
    assert {"pyspark", "pytest"} <= set(absent("query"))
    assert "numpy" not in absent("query")
    assert "numpy" in absent("list_models")


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_folder_asks_for_the_extra_of_its_name(function: str) -> None:
    assert (ROOT / "functions" / function / "requirements.txt").read_text().strip() == f"ophicleide[{function}]"
    assert function in PROJECT["optional-dependencies"]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_the_framework_finds_the_target_where_the_recipe_says(function: str) -> None:
    text = "\n".join(instructions("functions/Dockerfile"))
    source = re.search(r"FUNCTION_SOURCE=(\S+)", text)
    target = re.search(r"FUNCTION_TARGET=(\S+)", text)

    assert source is not None
    assert target is not None
    assert (ROOT / source[1].replace("${FUNCTION}", function).removeprefix("/app/")).is_file()
    assert target[1] == "${FUNCTION}"
    assert "FUNCTION_SIGNATURE_TYPE=http" in text


@pytest.mark.parametrize("recipe", RECIPES)
def test_what_is_copied_exists_and_is_let_through(recipe: str) -> None:
    let_through = [line[1:] for line in (ROOT / f"{recipe}.dockerignore").read_text().splitlines() if line[:1] == "!"]
    for line in instructions(recipe):
        if line.startswith("COPY") and "--from" not in line:
            for source in line.split()[1:-1]:
                path = source.replace("${FUNCTION}", "query")
                assert (ROOT / path).exists()
                assert any(Path(let).is_relative_to(path) or Path(path).is_relative_to(let) for let in let_through)


@pytest.mark.parametrize("recipe", RECIPES)
def test_versions_come_from_the_lock_alone(recipe: str) -> None:
    installs = [part for line in instructions(recipe) for part in line.split("&&") if "uv pip install" in part]

    assert installs
    assert all("--constraints requirements.lock" in part for part in installs)


@pytest.mark.parametrize("recipe", RECIPES)
def test_the_installer_is_the_one_that_the_lock_pins(recipe: str) -> None:
    named = re.search(r"\$\((grep .*? requirements\.lock)\)", (ROOT / recipe).read_text())
    assert named is not None

    found = subprocess.run(["bash", "-c", named[1]], cwd=ROOT, capture_output=True, text=True, check=True)

    assert re.fullmatch(r"uv==[\d.]+\n", found.stdout)


@pytest.mark.parametrize("recipe", RECIPES)
def test_an_image_runs_as_a_numbered_user_and_without_a_shell(recipe: str) -> None:
    final = instructions(recipe)
    user = [line.split()[1] for line in final if line.startswith("USER")]
    entry = [line.removeprefix("ENTRYPOINT ") for line in final if line.startswith("ENTRYPOINT")]

    assert [bool(re.fullmatch(r"[1-9]\d*:[1-9]\d*", u)) for u in user] == [True]
    assert [type(json.loads(command)) for command in entry] == [list]
