"""Starts a SparkContext fast, with the stock pyspark of PyPI: what every Spark job of this repository begins with.

One `java` process instead of bash, a launcher JVM and the real one; it boots while Python imports pyspark.
Local masters skip SparkSubmit, the web UI and look-ups of host names; classes come ready from an archive, if there is one.
"""

from spark_jobs.spark_start.gateway import start_spark
from spark_jobs.spark_start.launch import Java, Launch

__all__ = ["Java", "Launch", "start_spark"]
