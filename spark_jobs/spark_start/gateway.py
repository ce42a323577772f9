"""Starts the JVM in this process's session and connects pyspark to it.

The JVM ends by itself once this process is gone: it reads its end from stdin.
"""

import os
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spark_jobs.spark_start.launch import Java, Launch, is_local

if TYPE_CHECKING:
    from pyspark import SparkContext

START_SECONDS = 180.0


class JavaEnded(RuntimeError):
    """The JVM did not come up; what it said is on stderr."""


def start_spark(conf: Mapping[str, str], *, java: Path, cache: Path | None = None) -> "SparkContext":
    """The context of a new JVM, or of this process's own one where it has one."""
    return start(Launch(Java(java), conf, cache))


def start(launch: Launch, *more: str) -> "SparkContext":
    loaded = sys.modules.get("pyspark")
    running = loaded is not None and loaded.SparkContext._gateway is not None
    if not running and is_local(launch.conf):
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    return _context(launch.conf, None if running else _open_gateway(launch, more))


def _context(conf: Mapping[str, str], gateway: Any) -> "SparkContext":
    from pyspark import SparkConf, SparkContext

    settings = SparkConf(loadDefaults=False) if gateway else SparkConf()
    return SparkContext(conf=settings.setAll(list(conf.items())), gateway=gateway)


def _open_gateway(launch: Launch, more: Sequence[str]) -> Any:
    """If the JVM dies at once with an archive, the archive is thrown away and it is started without."""
    try:
        return _try_gateway(launch, launch.command(*more))
    except JavaEnded:
        if not launch.has_archive or launch.archive is None:
            raise
        launch.archive.unlink(missing_ok=True)
        return _try_gateway(launch, launch.command(*more, with_archive=False))


def _try_gateway(launch: Launch, command: Sequence[str]) -> Any:
    folder = tempfile.mkdtemp(prefix="spark-start-")
    try:
        told = Path(folder, "gateway")
        process = _spawn(command, _environment(launch.conf, told))
        import pyspark  # noqa: F401 - while the JVM boots

        port, secret = _told(process, told)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return _connect(process, port, secret)


def _spawn(command: Sequence[str], environ: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """Deaf to Ctrl-C, which is the driver's to answer: an ignored signal stays ignored in a child.

    Not by `preexec_fn`, which may hang in a process that has threads.
    """
    if threading.current_thread() is not threading.main_thread():
        return subprocess.Popen(command, stdin=subprocess.PIPE, env=environ)  # noqa: S603 - Java's own program
    answered = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        return subprocess.Popen(command, stdin=subprocess.PIPE, env=environ)  # noqa: S603 - Java's own program
    finally:
        signal.signal(signal.SIGINT, answered)


def _environment(conf: Mapping[str, str], told: Path) -> dict[str, str]:
    """For the JVM, and for the Python workers of local masters."""
    environ = {**os.environ, "SPARK_CONNECT_MODE": "0", "_PYSPARK_DRIVER_CONN_INFO_PATH": str(told)}
    environ.setdefault("PYTHONHASHSEED", "0")
    environ.setdefault("MALLOC_ARENA_MAX", "2")
    if is_local(conf):
        environ.pop("SPARK_HOME", None)  # else workers import pyspark from a zip file and compile it anew each time
        environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
        environ.setdefault("SPARK_LOCAL_HOSTNAME", "localhost")
    return environ


def _told(process: subprocess.Popen[bytes], told: Path) -> tuple[int, str]:
    """Port and secret of the gateway, from the file that the JVM renames into place when it is whole."""
    deadline = time.monotonic() + START_SECONDS
    while not told.is_file():
        if process.poll() is not None:
            raise JavaEnded(f"Java ended with status {process.returncode} at its start")
        if time.monotonic() > deadline:
            process.kill()
            raise JavaEnded(f"Java did not answer within {START_SECONDS:.0f} seconds")
        time.sleep(0.01)
    data = told.read_bytes()
    port, length = struct.unpack_from(">ii", data)
    return port, data[8 : 8 + length].decode()


def _connect(process: subprocess.Popen[bytes], port: int, secret: str) -> Any:
    """pyspark's own gateway object for the JVM that we started."""
    from pyspark.java_gateway import launch_gateway

    ours = {"PYSPARK_GATEWAY_PORT": str(port), "PYSPARK_GATEWAY_SECRET": secret}
    os.environ.update(ours)
    try:
        gateway = launch_gateway()
    finally:
        for name in ours:
            os.environ.pop(name, None)
    gateway.proc = process  # keeps its stdin open as long as the gateway lives
    return gateway


def shut_down(gateway: Any) -> None:
    """Ends the JVM and has pyspark forget it, so that this process may start another."""
    from pyspark import SparkContext

    gateway.shutdown()
    gateway.proc.stdin.close()
    gateway.proc.wait(timeout=120)
    SparkContext._gateway = SparkContext._jvm = None
