"""Spark's start: from a fresh Python process to its first finished Python task, stock pyspark beside ours.

Two cores, alternated. The goal: at most 8 s. The archive of Java's classes is made first where it is missing.
"""

import argparse
import os
import subprocess
import sys
from pathlib import Path
from statistics import median
from time import monotonic

from benchmarks.corpora import ROOT
from ophicleide.launchers.java import java_home

CACHE = ROOT / ".cache" / "spark"
STOCK = """
from pyspark import SparkConf, SparkContext
context = SparkContext(conf=SparkConf().setMaster("local[2]").setAppName("benchmark"))
"""
OURS = """
import os
from pathlib import Path
from spark_jobs.spark_start import start_spark
java, cache = Path(os.environ["JAVA_HOME"]), Path(os.environ["ARCHIVES"])
context = start_spark({"spark.master": "local[2]", "spark.app.name": "benchmark"}, java=java, cache=cache)
"""
TASK = """
assert context.parallelize([1, 2], 2).map(lambda x: x + 1).collect() == [2, 3]
print("done", flush=True)
"""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.spark_start", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    java = java_home(os.environ)
    subprocess.run([sys.executable, "-m", "spark_jobs.spark_start.archive", str(CACHE)], cwd=ROOT, check=True)
    stock: list[float] = []
    ours: list[float] = []
    for number in range(1, given.rounds + 1):
        stock.append(seconds_to_first_task(STOCK, java))
        ours.append(seconds_to_first_task(OURS, java))
        print(f"round {number}: stock {stock[-1]:.1f} s, ours {ours[-1]:.1f} s", flush=True)
    ratio = median(ours) / median(stock)
    print(f"median: stock {median(stock):.1f} s, ours {median(ours):.1f} s; ratio {ratio:.2f}; goal 8 s")


def seconds_to_first_task(program: str, java: Path) -> float:
    environ = {**os.environ, "JAVA_HOME": str(java), "ARCHIVES": str(CACHE), "PYSPARK_PYTHON": sys.executable}
    began = monotonic()
    with subprocess.Popen(
        [sys.executable, "-c", program + TASK],
        cwd=ROOT,
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        done = process.stdout is not None and process.stdout.readline() == b"done\n"
        seconds = monotonic() - began
    if not done:
        sys.exit("the first task failed")
    return seconds


if __name__ == "__main__":
    main()
