"""Training jobs as processes of this machine: a folder for each attempt, with its log and who runs it.

A job is the leader of its own session, so it outlives the function that launched it.
It inherits a lock on its folder and holds it as long as it lives: whoever finds the lock taken has nothing to do.
"""

import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from ophicleide.domain.errors import LaunchFailed
from ophicleide.domain.models import Model
from ophicleide.launchers import sessions
from ophicleide.launchers.locks import held
from ophicleide.launchers.sessions import Session

GRACE_SECONDS = 3.0
"""Long enough for a JVM to end by itself, short enough for a caller who deletes a model."""

JOB = "spark_jobs.train_word2vec.main"


class LocalLauncher:
    """Keeps `ports.TrainingLauncher`.

    directory: where the folders go; environ: what jobs get as their environment, settings and secrets in it;
    module: what is run as `python -m`, from the working directory.
    """

    def __init__(
        self, directory: Path, environ: Mapping[str, str], *, module: str = JOB, grace_seconds: float = GRACE_SECONDS
    ) -> None:
        self._directory = directory.absolute()
        self._environ = dict(environ)
        self._module = module
        self._grace_seconds = grace_seconds

    def launch(self, model: Model) -> None:
        folder = self._directory / model.id / str(model.attempt)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with held(folder / "job.lock") as lock:
                if lock is not None and not (folder / "job.json").exists():
                    self._start(model, folder, lock)
        except OSError as error:
            raise LaunchFailed(f"The training job could not be started on this machine: {error.strerror}.") from error

    def cancel(self, model_id: str) -> None:
        for session in _sessions(self._directory / model_id):
            session.end(self._grace_seconds)

    def cancel_all(self) -> None:
        """End every job under the directory, whoever launched it; for the end of a local run."""
        with ThreadPoolExecutor() as pool:
            list(pool.map(self.cancel, [folder.name for folder in self._directory.glob("*")]))

    def _start(self, model: Model, folder: Path, lock: int) -> None:
        command = [sys.executable, "-m", self._module, "--model-id", model.id, "--attempt", str(model.attempt)]
        with (folder / "job.log").open("ab") as log:
            session = sessions.start(command, environ=self._environ, folder=Path.cwd(), output=log, inherited=[lock])
        written = folder / "job.json.new"
        written.write_text(session.model_dump_json())
        written.rename(folder / "job.json")


def _sessions(folder: Path) -> Iterator[Session]:
    for record in sorted(folder.glob("*/job.json")):
        yield Session.model_validate_json(record.read_text())
