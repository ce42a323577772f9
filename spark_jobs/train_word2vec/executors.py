"""What this Spark runs on: how many executors, with how many cores; and how a task gets an executor to itself."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pyspark import RDD, SparkContext


@dataclass(frozen=True)
class Executors:
    """`count` executors of `cores` each. Under a local master it is one, and may be shared by several tasks."""

    count: int
    cores: int
    shared: bool = False

    @classmethod
    def of(cls, spark: "SparkContext") -> "Executors":
        if spark.master.startswith("local") and not spark.master.startswith("local-cluster"):
            return cls(1, int(spark.defaultParallelism), shared=True)
        conf = spark.getConf()
        elastic = conf.get("spark.dynamicAllocation.enabled", "false") == "true"  # has no barrier stages
        cores = int(conf.get("spark.executor.cores") or _cores_of_master(spark.master))
        return cls(1 if elastic else _registered(spark), cores)

    @property
    def slots(self) -> int:
        """Tasks that learn at once, at most."""
        return self.cores if self.shared else self.count

    def threads(self, tasks: int) -> int:
        """Of each of so many tasks."""
        return max(1, self.cores // tasks) if self.shared else self.cores

    def whole(self, tasks: "RDD[bytes]") -> "RDD[bytes]":
        """The same, an executor's cores to each task; a local master cannot say so and has nothing else to do."""
        if self.shared or self.cores == 1:
            return tasks
        from pyspark.resource import ResourceProfileBuilder, TaskResourceRequests

        builder: Any = ResourceProfileBuilder()
        return tasks.withResources(builder.require(TaskResourceRequests().cpus(self.cores)).build)


def _registered(spark: "SparkContext") -> int:
    """Executors that have come so far, the driver left out."""
    context: Any = spark._jsc.sc()
    return max(1, len(context.statusTracker().getExecutorInfos()) - 1)


def _cores_of_master(master: str) -> int:
    """local-cluster[executors,cores,memory] says it; elsewhere Spark's default is 1."""
    return int(master.split(",")[1]) if master.startswith("local-cluster") else 1
