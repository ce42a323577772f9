"""What an answer cost, as a Server-Timing header tells it (W3C Server Timing)."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import perf_counter


@dataclass
class Cost:
    """Seconds; `queue` is what passed between the request's arrival and its turn."""

    queue: float = 0.0
    load: float = 0.0
    search: float = 0.0
    cold: bool = False

    @classmethod
    def since(cls, arrived: float | None) -> "Cost":
        """`arrived`: by perf_counter, where it is known."""
        return cls(queue=0.0 if arrived is None else perf_counter() - arrived)

    @contextmanager
    def searching(self) -> Iterator[None]:
        started = perf_counter()
        yield
        self.search += perf_counter() - started

    @property
    def header(self) -> str:
        figures = {"queue": self.queue, "load": self.load, "search": self.search}
        parts = [f"{name};dur={seconds * 1000:.1f}" for name, seconds in figures.items()]
        return ", ".join([f"cache;desc={'cold' if self.cold else 'warm'}", *parts])
