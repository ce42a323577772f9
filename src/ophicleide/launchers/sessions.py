"""Sessions of the operating system: a process started on its own together with all that it starts.

A session, not a process group: Spark's Python daemon opens a group of its own and would be missed.
"""

import contextlib
import os
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

import psutil

from ophicleide.domain.values import Value

CLOCK_TOLERANCE_SECONDS = 60
"""How far a start time may move: Linux counts from boot, and the clock may be set meanwhile."""

POLL_SECONDS = 0.02


class Session(Value):
    """Its leader's pid is its number; the start time tells it from a later process with the same pid."""

    pid: int
    started_at: float

    def members(self) -> list[psutil.Process]:
        """Its living processes, the leader first; none where the pid belongs to somebody else by now."""
        found = [process for pid in psutil.pids() if (process := self._member(pid)) is not None]
        if any(p.pid == self.pid and abs(p.create_time() - self.started_at) > CLOCK_TOLERANCE_SECONDS for p in found):
            return []
        return sorted(found, key=lambda process: process.pid != self.pid)

    def end(self, grace_seconds: float) -> None:
        """Ask every process to stop, wait, and kill what is left; gone ones are no error."""
        _signal_all(self.members(), "terminate")
        deadline = time.monotonic() + grace_seconds
        # Looked at, not waited for: psutil would reap children of ours whose status another is waiting for.
        while (left := self.members()) and time.monotonic() < deadline:
            time.sleep(POLL_SECONDS)
        while left:  # again and again, as a process may have been born while its parent was asked to stop
            _signal_all(left, "kill")
            time.sleep(POLL_SECONDS)
            left = self.members()

    def _member(self, pid: int) -> psutil.Process | None:
        try:
            if os.getsid(pid) != self.pid:
                return None
            process = psutil.Process(pid)
            return process if process.status() != psutil.STATUS_ZOMBIE else None
        except (ProcessLookupError, PermissionError, psutil.Error):
            return None


def start(
    command: Sequence[str],
    *,
    environ: Mapping[str, str],
    folder: Path,
    output: IO[bytes] | int,
    inherited: Sequence[int] = (),
) -> Session:
    """Start a command as the leader of a new session, without input; who started it is not needed for it to run on."""
    process = subprocess.Popen(  # noqa: S603 - the command is ours, its arguments are checked ids
        command,
        env=dict(environ),
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        pass_fds=inherited,
    )
    threading.Thread(target=process.wait, name=f"reap-{process.pid}", daemon=True).start()
    return Session(pid=process.pid, started_at=time.time())


def _signal_all(processes: Sequence[psutil.Process], signal: str) -> None:
    for process in processes:
        with contextlib.suppress(psutil.Error):
            getattr(process, signal)()
