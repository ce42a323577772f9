"""When garbage is not collected."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """For imports that somebody waits for: they make no garbage worth a collection, which would be an eighth of their time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
