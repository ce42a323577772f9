"""Ids and times as a process takes them from its machine."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

from ophicleide.domain.names import is_id
from ophicleide.system import utc_now, uuid7


def test_an_id_is_a_uuid_of_version_7_that_tells_its_time() -> None:
    before, new, after = time.time_ns() // 1_000_000, uuid7(), time.time_ns() // 1_000_000
    assert is_id(new)
    assert (UUID(new).version, UUID(new).variant) == (7, "specified in RFC 4122")
    assert before <= UUID(new).int >> 80 <= after + 1


def test_ids_rise_as_they_are_made() -> None:
    ids = [uuid7() for _ in range(20_000)]
    assert ids == sorted(set(ids))


def test_threads_never_get_the_same_id_and_each_sees_them_rise() -> None:
    with ThreadPoolExecutor(8) as pool:
        runs = list(pool.map(lambda _: [uuid7() for _ in range(2000)], range(8)))
    assert all(run == sorted(run) for run in runs)
    assert len({new for run in runs for new in run}) == 16_000


def test_now_has_a_time_zone_and_whole_milliseconds() -> None:
    now = utc_now()
    assert now.utcoffset() == timedelta(0)
    assert now.microsecond % 1000 == 0
