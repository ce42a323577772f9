"""What a process takes from its machine: the time and fresh ids. Only a `main.py` hands them on."""

import secrets
import time
from datetime import UTC, datetime
from threading import Lock
from uuid import UUID


def utc_now() -> datetime:
    """Now, in whole milliseconds: what every store keeps of a time."""
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)


class _Uuid7:
    """UUIDs version 7 (RFC 9562, section 5.7); each is higher than every one that this process made before.

    48 bits of milliseconds, 12 bits of the rest of the millisecond (section 6.2, method 3), 62 random bits.
    """

    def __init__(self) -> None:
        self._last_tick = 0
        self._lock = Lock()

    def __call__(self) -> str:
        milliseconds, nanoseconds = divmod(time.time_ns(), 1_000_000)
        with self._lock:
            tick = max(milliseconds << 12 | nanoseconds * 4096 // 1_000_000, self._last_tick + 1)
            self._last_tick = tick
        version, variant = 7 << 76, 2 << 62
        return str(UUID(int=(tick >> 12) << 80 | version | (tick & 0xFFF) << 64 | variant | secrets.randbits(62)))


uuid7 = _Uuid7()
