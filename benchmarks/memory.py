"""Memory of a job: all its processes together, Python's and Java's, looked at again and again while it runs.

Proportional set size (PSS): pages that processes share, as a forked worker and its parent do, count once.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread

import psutil

from ophicleide.launchers.sessions import Session

_SAMPLE_SECONDS = 0.3


@dataclass
class Peak:
    """`by_name` is of the moment of the peak."""

    bytes: int = 0
    by_name: dict[str, int] | None = None

    def __str__(self) -> str:
        parts = ", ".join(f"{name} {size / 1e6:,.0f}" for name, size in (self.by_name or {}).items())
        return f"{self.bytes / 1e6:,.0f} MB ({parts})"


@contextmanager
def watched(record: Path) -> Iterator[Peak]:
    """The peak of the job whose session stands in that file, from when the file is there."""
    peak, done = Peak(), Event()

    def watch() -> None:
        while not done.wait(_SAMPLE_SECONDS):
            if record.is_file():
                sizes = _sizes(Session.model_validate_json(record.read_text()).members())
                if sum(sizes.values()) > peak.bytes:
                    peak.bytes, peak.by_name = sum(sizes.values()), sizes

    thread = Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield peak
    finally:
        done.set()
        thread.join()


def _sizes(processes: list[psutil.Process]) -> dict[str, int]:
    sizes: dict[str, int] = {}
    for process in processes:
        try:
            name = "java" if process.name() == "java" else "python"
            sizes[name] = sizes.get(name, 0) + process.memory_full_info().pss
        except (psutil.Error, ValueError):  # gone meanwhile
            continue
    return sizes
