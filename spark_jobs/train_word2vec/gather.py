"""Has Spark fetch all texts: a task a URL, and a task a range of those that are large. Token lines stay on disk."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Any

from ophicleide.domain.models import Failure, Source
from spark_jobs.train_word2vec.corpus import TokenLines
from spark_jobs.train_word2vec.failures import JobFailed
from spark_jobs.train_word2vec.fetch import Fetcher, Report
from spark_jobs.train_word2vec.fetch_ranges import RangeFetcher, RangeReport, source_of
from spark_jobs.train_word2vec.split import Split

if TYPE_CHECKING:
    from pyspark import RDD, SparkContext

Check = Callable[[], None]


def gather(spark: "SparkContext", fetcher: Fetcher, urls: Sequence[str], check: Check) -> TokenLines:
    """The token lines of all URLs in their order, those of split texts last; `check` raises where the work must stop."""
    records, found = _run(spark, urls, fetcher.records, check)
    ranges = [part for text in found if isinstance(text, Split) for part in text.ranges]
    tasks = len(urls)
    parts: list[RangeReport] = []
    if ranges:
        for part in ranges:
            fetcher.tell({"url": part.name, "received": 0, "expected": part.end - part.start})
        in_ranges, parts = _run(spark, ranges, RangeFetcher(fetcher).records, check)
        if misread := {part.text.url for part in parts if part.misread}:
            _forget(records, in_ranges)
            return gather(spark, replace(fetcher, whole=fetcher.whole | misread), urls, check)
        records, tasks = records.union(in_ranges), tasks + len(ranges)
    counted: list[Report | RangeReport] = [*(entry for entry in found if isinstance(entry, Report)), *parts]
    return TokenLines(
        chunks=records.filter(lambda record: isinstance(record, bytes)),
        sources=_sources(found, parts),
        contexts=sum(entry.contexts for entry in counted),
        tokens=sum(entry.tokens for entry in counted),
        partitions=min(tasks, spark.defaultParallelism),
    )


def _run(spark: "SparkContext", of: Sequence[Any], records: Any, check: Check) -> tuple["RDD[Any]", list[Any]]:
    """What the tasks gave, kept on disk, and of it all that are no chunks, in order."""
    from pyspark import StorageLevel

    kept = spark.parallelize(of, len(of)).mapPartitions(records).persist(StorageLevel.DISK_ONLY)
    reports = kept.filter(lambda record: not isinstance(record, bytes)).collect()
    check()
    for report in reports:
        failure = report.failure if isinstance(report, RangeReport) else getattr(report, "outcome", None)
        if isinstance(failure, Failure):
            raise JobFailed(failure)
    return kept, reports


def _forget(*kept: "RDD[Any]") -> None:
    for records in kept:
        records.unpersist()


def _sources(found: Sequence[Report | Split], parts: Sequence[RangeReport]) -> tuple[Source, ...]:
    left = iter(parts)
    sources = [
        source_of(entry, list(islice(left, len(entry.ranges)))) if isinstance(entry, Split) else entry.outcome
        for entry in found
    ]
    return tuple(source for source in sources if isinstance(source, Source))
