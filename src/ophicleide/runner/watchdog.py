"""A small process that outlives the runner by a moment: when the runner is gone, however, it ends what is left.

It reads `+` and `-` lines with sessions; the end of its input is the end of the runner.
It inherits the lock on the data folder, so that no other runner starts before it is done.
"""

import subprocess
import sys
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from ophicleide.launchers.local import LocalLauncher
from ophicleide.launchers.sessions import Session

GRACE_SECONDS = 2.0


class Watchdog:
    """The runner's end of it."""

    def __init__(self, jobs: Path, lock: int) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - our own module
            [sys.executable, "-m", "ophicleide.runner.watchdog", str(jobs)],
            stdin=subprocess.PIPE,
            start_new_session=True,
            pass_fds=[lock],
            text=True,
        )

    def watch(self, session: Session) -> None:
        self._write(f"+{session.model_dump_json()}\n")

    def forget(self, session: Session) -> None:
        self._write(f"-{session.model_dump_json()}\n")

    def close(self) -> None:
        assert self._process.stdin  # noqa: S101 - asked for above
        self._process.stdin.close()
        self._process.wait()

    def _write(self, line: str) -> None:
        assert self._process.stdin  # noqa: S101 - asked for above
        self._process.stdin.write(line)
        self._process.stdin.flush()


def left_over(lines: Iterable[str]) -> list[Session]:
    """Sessions that were watched and not forgotten, in the order in which they were started."""
    watched: dict[str, Session] = {}
    for line in lines:
        sign, record = line[0], line[1:].strip()
        if sign == "+":
            watched[record] = Session.model_validate_json(record)
        else:
            watched.pop(record, None)
    return list(watched.values())


def _watch(jobs: Path) -> None:
    sessions = left_over(sys.stdin)
    LocalLauncher(jobs, {}).cancel_all()
    with ThreadPoolExecutor() as pool:
        list(pool.map(lambda session: session.end(GRACE_SECONDS), sessions))


if __name__ == "__main__":
    _watch(Path(sys.argv[1]))
