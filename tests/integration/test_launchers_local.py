"""The local launcher with real processes: started once, independent of who started them, ended with all they started."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import psutil
import pytest

from ophicleide.domain.errors import LaunchFailed
from ophicleide.domain.lifecycle import new_model
from ophicleide.domain.models import CreateModel, Model
from ophicleide.launchers.local import LocalLauncher
from ophicleide.launchers.sessions import Session

JOB = "tests.integration.launchers_job"


def until(condition: Callable[[], object], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.02)


def a_model() -> Model:
    request = CreateModel(name="a", urls=("http://example.org/a.txt",))
    return new_model(request, model_id=str(uuid4()), now=datetime.now(UTC), launch_seconds=60)


def runs(folder: Path) -> list[int]:
    """Pids of the jobs that were started, each with its child's pid after it."""
    return [pid for run in folder.glob("*.runs") for pid in (int(run.stem), int(run.read_text() or 0))]


def living(pids: list[int]) -> list[int]:
    return [pid for pid in pids if is_living(pid)]


def is_living(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@pytest.fixture
def launcher(tmp_path: Path) -> Iterator[LocalLauncher]:
    launcher = a_launcher(tmp_path)
    yield launcher
    launcher.cancel_all()


def a_launcher(folder: Path, **environ: str) -> LocalLauncher:
    return LocalLauncher(
        folder / "jobs", {**os.environ, "TEST_FOLDER": str(folder), **environ}, module=JOB, grace_seconds=1
    )


def test_a_job_gets_its_model_and_attempt_and_its_output_goes_to_a_log(launcher: LocalLauncher, tmp_path: Path) -> None:
    model = a_model()
    launcher.launch(model)
    log = tmp_path / "jobs" / model.id / "1" / "job.log"
    until(log.read_text)
    assert log.read_text() == f"started --model-id {model.id} --attempt 1\n"


def test_launching_an_attempt_again_starts_nothing(launcher: LocalLauncher, tmp_path: Path) -> None:
    model = a_model()
    launcher.launch(model)
    until(lambda: len(runs(tmp_path)) == 2)
    a_launcher(tmp_path).launch(model)
    launcher.cancel(model.id)
    launcher.launch(model)
    assert len(runs(tmp_path)) == 2
    assert living(runs(tmp_path)) == []


def test_launchers_that_race_start_one_job(launcher: LocalLauncher, tmp_path: Path) -> None:
    model = a_model()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: a_launcher(tmp_path).launch(model), range(8)))
    until(lambda: runs(tmp_path))
    launcher.cancel(model.id)
    assert len(runs(tmp_path)) == 2


def test_cancelling_ends_the_job_and_what_it_started(launcher: LocalLauncher, tmp_path: Path) -> None:
    model = a_model()
    launcher.launch(model)
    until(lambda: len(runs(tmp_path)) == 2)
    launcher.cancel(model.id)
    assert living(runs(tmp_path)) == []


def test_a_job_that_ignores_the_request_to_stop_is_killed(tmp_path: Path) -> None:
    model, launcher = a_model(), a_launcher(tmp_path, TEST_STUBBORN="1")
    launcher.launch(model)
    until(lambda: len(runs(tmp_path)) == 2)
    launcher.cancel(model.id)
    assert living(runs(tmp_path)) == []


def test_what_a_killed_job_left_behind_is_ended_too(launcher: LocalLauncher, tmp_path: Path) -> None:
    model = a_model()
    launcher.launch(model)
    until(lambda: len(runs(tmp_path)) == 2)
    leader, child = runs(tmp_path)
    os.kill(leader, signal.SIGKILL)
    until(lambda: living([leader, child]) == [child])
    launcher.cancel(model.id)
    assert living([child]) == []


def test_a_job_outlives_the_process_that_launched_it_and_another_can_cancel_it(tmp_path: Path) -> None:
    model = a_model()
    program = (
        "import os, pathlib, sys\n"
        "from ophicleide.launchers.local import LocalLauncher\n"
        "from ophicleide.domain.models import Model\n"
        "model = Model.model_validate_json(sys.argv[1])\n"
        f"LocalLauncher(pathlib.Path(sys.argv[2]) / 'jobs', os.environ, module={JOB!r}).launch(model)\n"
    )
    environ = {**os.environ, "TEST_FOLDER": str(tmp_path)}
    subprocess.run([sys.executable, "-c", program, model.model_dump_json(), tmp_path], env=environ, check=True)
    until(lambda: len(living(runs(tmp_path))) == 2)
    a_launcher(tmp_path).cancel(model.id)
    assert living(runs(tmp_path)) == []


def test_a_process_that_has_the_pid_of_an_old_job_is_left_alone() -> None:
    stranger = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, start_new_session=True)
    Session(pid=stranger.pid, started_at=time.time() - 3600).end(grace_seconds=1)
    assert stranger.poll() is None
    stranger.communicate(b"\n")


def test_an_ended_job_leaves_no_zombie(launcher: LocalLauncher, tmp_path: Path) -> None:
    model = a_model()
    launcher.launch(model)
    until(lambda: len(runs(tmp_path)) == 2)
    launcher.cancel(model.id)
    until(lambda: not [p for p in psutil.Process().children() if p.pid in runs(tmp_path)])


def test_cancelling_a_model_without_a_job_is_no_error(launcher: LocalLauncher) -> None:
    launcher.cancel(str(uuid4()))


def test_a_job_that_cannot_be_started_is_told(tmp_path: Path) -> None:
    (tmp_path / "jobs").write_text("not a folder")
    with pytest.raises(LaunchFailed, match="could not be started"):
        a_launcher(tmp_path).launch(a_model())


def test_secrets_are_not_on_the_command_line(tmp_path: Path) -> None:
    model, launcher = a_model(), a_launcher(tmp_path, MONGODB_URI="mongodb://user:secret@127.0.0.1/")
    launcher.launch(model)
    until(lambda: len(runs(tmp_path)) == 2)
    command_lines = [psutil.Process(pid).cmdline() for pid in runs(tmp_path)]
    launcher.cancel(model.id)
    assert "secret" not in str(command_lines)
