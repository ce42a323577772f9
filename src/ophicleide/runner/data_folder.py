"""The folder that a local run keeps everything in, and the lock that keeps a second runner out of it."""

import json
import os
import time
from dataclasses import dataclass
from pathlib import Path

from ophicleide.launchers.locks import take
from ophicleide.runner.refusal import CannotStart

CLOSING_SECONDS = 15.0
"""How long a runner that was killed may take to be cleaned up after."""


@dataclass(frozen=True)
class DataFolder:
    root: Path

    @property
    def store(self) -> Path:
        return self.root / "store"

    @property
    def jobs(self) -> Path:
        return self.root / "jobs"

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    def take(self) -> int:
        """Make the folder and lock it; the descriptor holds the lock until it is closed by all who have it."""
        try:
            for folder in (self.store, self.jobs, self.logs):
                folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise CannotStart(
                f"The data folder {self.root} cannot be made: {error.strerror}. Choose another: make run DATA=..."
            ) from error
        deadline = time.monotonic() + CLOSING_SECONDS
        while (lock := take(self.root / "runner.lock")) is None:
            if self._is_run() or time.monotonic() > deadline:
                raise CannotStart(self._in_use())
            time.sleep(0.1)
        return lock

    def sign(self, address: str) -> None:
        """Leave word of who runs on this folder, for a second runner to tell."""
        (self.root / "runner.json").write_text(json.dumps({"pid": os.getpid(), "address": address}))

    def unsign(self) -> None:
        (self.root / "runner.json").unlink(missing_ok=True)

    def _owner(self) -> dict[str, object]:
        try:
            return dict(json.loads((self.root / "runner.json").read_text()))
        except (OSError, ValueError):
            return {}

    def _is_run(self) -> bool:
        """Whether the runner itself lives; else somebody is still cleaning up after it."""
        try:
            os.kill(int(str(self._owner()["pid"])), 0)
        except PermissionError:
            return True
        except (KeyError, ValueError, ProcessLookupError):
            return False
        return True

    def _in_use(self) -> str:
        owner = self._owner()
        where = f" at {owner['address']} (process {owner['pid']})" if owner else ""
        return (
            f"Another Ophicleide runs on the data folder {self.root}{where}."
            " Use that one, stop it, or choose another folder and port: make run DATA=... PORT=..."
        )
