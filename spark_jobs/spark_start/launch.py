"""What is started for a configuration: Java, its options, the class path, the main class. Starts nothing."""

import hashlib
import importlib.metadata
import importlib.util
import os
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

GATEWAY = "org.apache.spark.api.python.PythonGatewayServer"
SUBMIT = "org.apache.spark.deploy.SparkSubmit"

_COMMON = {
    "spark.app.name": "spark",
    "spark.master": "local[*]",
    "spark.driver.memory": "1g",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
}
_LOCAL = {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}

# Configuration that only SparkSubmit acts upon.
_SUBMITTED = (
    "spark.jars",
    "spark.files",
    "spark.archives",
    "spark.submit.pyFiles",
    "spark.driver.extraClassPath",
    "spark.driver.extraLibraryPath",
    "spark.kerberos.principal",
)
# Jars of other uses: a shorter class path is searched, checked against the archive and kept in memory faster.
_NOT_FOR_LOCAL = (
    "kubernetes-",
    "vertx-",
    "volcano-",
    "zjsonpatch-",
    "spark-kubernetes_",
    "spark-yarn_",
    "spark-connect",
    "spark-pipelines_",
    "spark-repl_",
    "spark-hive",
    "hive-",
    "datanucleus-",
    "derby",
    "scala-compiler-",
    "rocksdbjni-",
    "leveldbjni-",
)
_KEPT_FOR_LOCAL = ("hive-storage-api-",)

# What Spark's own launcher opens (JavaModuleOptions), as far as Spark 4.3 uses it.
_OPENED = [
    "java.base/java.lang",
    "java.base/java.lang.invoke",
    "java.base/java.lang.reflect",
    "java.base/java.io",
    "java.base/java.net",
    "java.base/java.nio",
    "java.base/java.util",
    "java.base/java.util.concurrent",
    "java.base/java.util.concurrent.atomic",
    "java.base/jdk.internal.ref",
    "java.base/sun.nio.ch",
    "java.base/sun.nio.cs",
    "java.base/sun.util.calendar",
    "java.security.jgss/sun.security.krb5",
]


@dataclass(frozen=True)
class Java:
    home: Path

    @property
    def executable(self) -> Path:
        return self.home / "bin" / "java"

    @cached_property
    def description(self) -> str:
        """The home's `release` file: version, build, modules."""
        path = self.home / "release"
        return path.read_text(errors="replace") if path.is_file() else ""

    @property
    def version(self) -> int:
        """The major version; 17, the oldest that Spark takes, where the home does not say."""
        found = re.search(r'JAVA_VERSION="(\d+)', self.description)
        return int(found[1]) if found else 17


@dataclass(frozen=True)
class Launch:
    """One configuration's way of starting; `cache` is the folder of class data archives, None to use none."""

    java: Java
    given: Mapping[str, str]
    cache: Path | None

    @cached_property
    def conf(self) -> dict[str, str]:
        common = {**_COMMON, **self.given}
        return {**_LOCAL, **common} if is_local(common) else common

    def command(self, *more: str, with_archive: bool = True) -> list[str]:
        """`more` options come first."""
        shared = [f"-XX:SharedArchiveFile={self.archive}"] if with_archive and self.has_archive else []
        return [str(self.java.executable), *more, *shared, *self.options, "-cp", self.class_path, *self._main()]

    @property
    def has_archive(self) -> bool:
        return self.archive is not None and self.archive.is_file()

    @cached_property
    def archive(self) -> Path | None:
        """Where the archive is, or would be: one for each Java build, Spark version and class path."""
        if self.cache is None:
            return None
        spark = importlib.metadata.version("pyspark")
        key = "\n".join((str(self.java.home), self.java.description, spark, self.class_path))
        digest = hashlib.sha256(key.encode()).hexdigest()[:16]
        return self.cache.absolute() / f"java{self.java.version}-spark{spark}-{digest}.jsa"

    @cached_property
    def class_path(self) -> str:
        """All jars in a fixed order, as the archive needs it."""
        jars = sorted((_spark_home() / "jars").glob("*.jar"))
        if is_local(self.conf):
            jars = [jar for jar in jars if _is_for_local(jar.name)]
        first = (self.conf.get("spark.driver.extraClassPath"), os.environ.get("SPARK_CONF_DIR"))
        return os.pathsep.join([*filter(None, first), *map(str, jars)])

    @property
    def options(self) -> list[str]:
        """Those that Spark's own launcher gives, and ours: a small heap's collector, and no log of the JVM's own."""
        options = [f"-Xmx{self.conf['spark.driver.memory']}", "-Xms64m", "-XX:+UseSerialGC", "-XX:-UsePerfData"]
        options += ["-Xshare:auto", "-Xlog:disable", "-Xlog:all=error:stderr"]
        options += ["-Dio.netty.tryReflectionSetAccessible=true", "-Dio.netty.allocator.type=pooled"]
        options += ["-Dio.netty.handler.ssl.defaultEndpointVerificationAlgorithm=NONE"]
        options += [f"--add-opens={package}=ALL-UNNAMED" for package in _OPENED]
        options += _of_version(self.java.version)
        return options + shlex.split(self.conf.get("spark.driver.extraJavaOptions", ""))

    def _main(self) -> list[str]:
        """The gateway itself where nothing needs SparkSubmit."""
        submitted = any(key.startswith(_SUBMITTED) for key in self.conf) or "SPARK_CONF_DIR" in os.environ
        if is_local(self.conf) and not submitted:
            return [GATEWAY]
        settings = [part for key, value in self.conf.items() for part in ("--conf", f"{key}={value}")]
        return [SUBMIT, *settings, "pyspark-shell"]


def is_local(conf: Mapping[str, str]) -> bool:
    """Whether driver and executors are one JVM."""
    master = conf["spark.master"]
    return master == "local" or master.startswith("local[")


def _of_version(version: int) -> list[str]:
    if version >= 25:
        return ["--sun-misc-unsafe-memory-access=allow", "--enable-native-access=ALL-UNNAMED"]
    older = ["--add-opens=java.base/sun.security.action=ALL-UNNAMED"]
    return [*older, "--enable-native-access=ALL-UNNAMED"] if version >= 21 else older


def _spark_home() -> Path:
    """The folder of the installed pyspark, found without importing it."""
    spec = importlib.util.find_spec("pyspark")
    if spec is None or not spec.origin:
        raise RuntimeError("pyspark is not installed")
    return Path(spec.origin).parent


def _is_for_local(jar: str) -> bool:
    return jar.startswith(_KEPT_FOR_LOCAL) or not jar.startswith(_NOT_FOR_LOCAL)
