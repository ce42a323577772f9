"""Locks on files that end with the process that holds them, however it ends."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def take(path: Path, *, wait: bool = False) -> int | None:
    """An open descriptor that holds the lock until it is closed, or None where another has it and we do not wait.

    A child that inherits the descriptor keeps the lock.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor


@contextmanager
def held(path: Path, *, wait: bool = False) -> Iterator[int | None]:
    """`take` for as long as the block lasts."""
    descriptor = take(path, wait=wait)
    try:
        yield descriptor
    finally:
        if descriptor is not None:
            os.close(descriptor)


def is_taken(path: Path) -> bool:
    """Whether a living process holds the lock; a file that is gone is not taken."""
    if not path.exists():
        return False
    with held(path) as descriptor:
        return descriptor is None
