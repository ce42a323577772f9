"""Makes the class data archive from which a JVM starts in half the time; made once for a machine or an image.

`python -m spark_jobs.spark_start.archive FOLDER` takes about half a minute and writes 70 to 100 MB.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ophicleide.launchers.java import java_home
from spark_jobs.spark_start.gateway import shut_down, start
from spark_jobs.spark_start.launch import Java, Launch

if TYPE_CHECKING:
    from pyspark import SparkContext

_DUMP_SECONDS = 900


def make_archive(conf: Mapping[str, str], *, java: Path, cache: Path) -> Path:
    """The archive for a configuration; call it in a process that has no Spark. It appears only when it is whole."""
    launch = Launch(Java(java), conf, cache)
    archive = launch.archive
    if archive is None or archive.is_file():
        return archive or cache
    archive.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=archive.parent) as folder:
        classes, made = Path(folder, "classes"), Path(folder, "archive")
        _learn_classes(launch, classes)
        _dump(launch, classes, made)
        made.replace(archive)
    return archive


def _learn_classes(launch: Launch, classes: Path) -> None:
    """Runs a small job and has the JVM write down what it loads."""
    spark = start(replace(launch, cache=None), f"-XX:DumpLoadedClassList={classes}", "-Xshare:off")
    gateway = type(spark)._gateway
    try:
        _exercise(spark)
    finally:
        spark.stop()
        shut_down(gateway)


def _exercise(spark: "SparkContext") -> None:
    """What our jobs use: tasks in Python, blocks kept on disk, a shuffle, collecting."""
    from pyspark import StorageLevel

    chunks = spark.parallelize(["a b", "b c"] * 50, 4).map(str.encode).persist(StorageLevel.DISK_ONLY)
    pairs = chunks.flatMap(bytes.split).map(lambda word: (word, 1))
    pairs.reduceByKey(int.__add__, 2).filter(bool).collect()
    chunks.coalesce(1).mapPartitions(list).collect()
    spark.statusTracker().getActiveJobsIds()
    spark.cancelAllJobs()


def _dump(launch: Launch, classes: Path, made: Path) -> None:
    options = [option for option in launch.options if option != "-Xshare:auto"]
    command = [str(launch.java.executable), "-Xshare:dump", *options]
    command += [f"-XX:SharedClassListFile={classes}", f"-XX:SharedArchiveFile={made}", "-cp", launch.class_path]
    done = subprocess.run(command, capture_output=True, text=True, timeout=_DUMP_SECONDS, check=False)  # noqa: S603 - Java's own program
    if done.returncode or not made.is_file():
        raise RuntimeError(f"no class data archive was made: {(done.stderr + done.stdout)[-500:]}")


if __name__ == "__main__":
    master = {"spark.master": "local[2]"}
    sys.stdout.write(f"{make_archive(master, java=java_home(os.environ), cache=Path(sys.argv[1]))}\n")
