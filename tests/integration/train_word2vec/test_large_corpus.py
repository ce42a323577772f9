"""Memory of driver and workers does not grow with a text that is read in ranges and counted."""

import os
from collections.abc import Iterator
from threading import Thread
from typing import Any

import pytest

from benchmarks.large_corpus import BLOCK_BYTES, Peaks, serve, watched
from ophicleide.domain.training import TrainingParameters
from ophicleide.fetching.download import Limits
from spark_jobs.train_word2vec.count import count_vocabulary
from spark_jobs.train_word2vec.fetch import Fetcher
from spark_jobs.train_word2vec.gather import gather

SMALL, LARGE = 4 * BLOCK_BYTES, 28 * BLOCK_BYTES


@pytest.fixture
def made_up() -> Iterator[Any]:
    server = serve(LARGE)
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def peaks_of(spark: Any, server: Any, size: int) -> tuple[int, Peaks]:
    server.RequestHandlerClass.size = size
    limits = Limits(silence_seconds=60, total_seconds=200, redirects=0, max_bytes=1 << 30)
    fetcher = Fetcher("127.0.0.1", limits, lambda _: None, range_bytes=BLOCK_BYTES)
    with watched(os.getpid()) as peaks:
        lines = gather(spark, fetcher, [f"http://127.0.0.1:{server.server_address[1]}/"], lambda: None)
        count_vocabulary(lines, TrainingParameters(), max_bytes=1 << 30)
    assert [source.bytes for source in lines.sources] == [size]
    return lines.tokens, peaks


def test_seven_times_the_text_takes_no_more_memory(spark: Any, made_up: Any) -> None:
    peaks_of(spark, made_up, SMALL)
    few, before = peaks_of(spark, made_up, SMALL)
    many, after = peaks_of(spark, made_up, LARGE)

    assert many > 6.5 * few
    for part in ("driver", "largest worker"):
        grown = after.bytes_by_part[part] - before.bytes_by_part[part]
        assert grown < (LARGE - SMALL) / 3, (part, before, after)
