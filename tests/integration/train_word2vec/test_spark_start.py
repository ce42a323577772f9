"""Spark's own start: with a broken archive, and what a local master leaves out."""

import os
import subprocess
import sys
from pathlib import Path

from ophicleide.launchers.java import java_home
from spark_jobs.spark_start import Java, Launch

ROOT = Path(__file__).parents[3]
PROGRAM = """
import os, sys
from pathlib import Path
from ophicleide.launchers.java import java_home
from spark_jobs.spark_start import start_spark
spark = start_spark({"spark.master": "local[1]"}, java=java_home(os.environ), cache=Path(sys.argv[1]))
print(sum(spark.parallelize([1, 2, 3], 1).map(lambda x: x * 2).collect()))
"""


def launch(cache: Path, **conf: str) -> Launch:
    return Launch(Java(java_home(os.environ)), {"spark.master": "local[1]", **conf}, cache)


def test_a_broken_archive_is_thrown_away_and_spark_starts_without_it(tmp_path: Path) -> None:
    archive = launch(tmp_path).archive
    assert archive is not None
    archive.write_bytes(b"no archive")

    command = [sys.executable, "-c", PROGRAM, str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=200, check=False)

    assert done.stdout.strip() == "12", done.stderr


def test_local_masters_need_neither_submission_nor_the_jars_of_clusters(tmp_path: Path) -> None:
    local, cluster = launch(tmp_path), launch(tmp_path, **{"spark.master": "k8s://https://kubernetes"})

    assert local.command()[-1].endswith("PythonGatewayServer")
    assert "pyspark-shell" in cluster.command()
    assert "kubernetes-client" not in local.class_path
    assert "kubernetes-client" in cluster.class_path


def test_each_class_path_has_an_archive_of_its_own(tmp_path: Path) -> None:
    assert launch(tmp_path).archive != launch(tmp_path, **{"spark.driver.extraClassPath": "/x.jar"}).archive
