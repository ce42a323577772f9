"""Every setting of every process: name, type, unit, default, and a sentence on what it is for.

Read once, in a `main.py`, from the environment; all faults are reported together.
A variable that is empty counts as not given.
A setting `X` that holds a secret may instead be given as `X_FILE`, the path of a mounted file.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, ValidationError, model_validator

from ophicleide.values import Value

PREFIX = "OPHICLEIDE_"
UNPREFIXED = {"mongodb_uri": "MONGODB_URI", "sink_url": "K_SINK"}
"""Settings whose names others gave: MongoDB's custom, and Knative's SinkBinding."""

SECRETS = frozenset({"mongodb_uri"})

CLIENT_VARIABLES = frozenset({"OPHICLEIDE_URL"})
"""Read by the command line alone; a shell that has them set may start servers too."""

_SERVICE_LINK = re.compile(r".*_(SERVICE_(HOST|PORT(_.+)?)|PORT(_\d+_(TCP|UDP|SCTP)(_.+)?)?)")
"""Variables that Kubernetes sets in a pod for each Service near it; one named ophicleide-... is no setting."""


class SettingsError(Exception):
    """One line a fault, each naming the variable."""


class Settings(Value):
    mongodb_uri: Annotated[
        str,
        Field(
            pattern=r"^mongodb(\+srv)?://",
            repr=False,
            description="Where the document store is. A secret; may be given as MONGODB_URI_FILE.",
        ),
    ]
    database: Annotated[str, Field(min_length=1, max_length=63, description="Name of the database.")] = "ophicleide"
    store_timeout_seconds: Annotated[
        float, Field(gt=0, le=60, description="How long a request waits for the store before it answers 503.")
    ] = 3.0

    max_body_bytes: Annotated[int, Field(ge=1024, description="Largest request body that is read.")] = 1 << 20
    max_urls: Annotated[int, Field(ge=1, description="Most URLs of one model.")] = 1000
    max_batch_events: Annotated[int, Field(ge=1, description="Most CloudEvents in one batch.")] = 100
    cache_bytes: Annotated[
        int,
        Field(
            ge=0,
            description="Vectors that an instance of `query` keeps in memory, in bytes; the least recently used model leaves first.",
        ),
    ] = 1 << 30

    launcher: Annotated[Literal["local", "kubernetes"], Field(description="Where training jobs run.")] = "local"
    jobs_directory: Annotated[Path, Field(description="Local launcher: a folder a job, with its log.")] = Path(
        ".ophicleide/jobs"
    )
    concurrent_jobs: Annotated[
        int, Field(ge=1, description="Local launcher: how many jobs train at once; later ones wait in line.")
    ] = 2
    launch_seconds: Annotated[
        float, Field(gt=0, description="How long a launched job may take to show its first sign of life.")
    ] = 120.0

    lease_seconds: Annotated[
        float, Field(gt=0, description="How long a training job may be silent before it counts as lost.")
    ] = 45.0
    heartbeat_seconds: Annotated[float, Field(gt=0, description="How often a training job writes its progress.")] = 1.0
    deadline_seconds: Annotated[float, Field(gt=0, description="Longest run of a training job.")] = 6 * 3600.0
    fetch_timeout_seconds: Annotated[
        float, Field(gt=0, description="Longest silence of a server that sends a text.")
    ] = 30.0
    fetch_total_seconds: Annotated[float, Field(gt=0, description="Longest time for one text.")] = 1800.0
    fetch_redirects: Annotated[int, Field(ge=0, le=20, description="Most redirects followed for one text.")] = 5
    fetch_allowed: Annotated[
        str,
        Field(
            description="Hosts, host:port pairs and networks, comma-separated, that may be read although they are not global; `*` allows all."
        ),
    ] = ""
    max_source_bytes: Annotated[int, Field(ge=1, description="Largest text, after decompression.")] = 4 << 30
    max_corpus_bytes: Annotated[
        int, Field(ge=1, description="Largest sum of all texts of a model, after decompression.")
    ] = 16 << 30
    max_training_bytes: Annotated[
        int, Field(ge=1, description="Memory that a model's words and vectors may need while they are trained.")
    ] = 4 << 30
    spark_cache_directory: Annotated[
        Path,
        Field(
            description="Where the archive of Java classes lies that lets Spark start faster; without one it is slower."
        ),
    ] = Path(".cache/spark")
    spark_driver_memory: Annotated[
        str,
        Field(pattern=r"^[1-9][0-9]*[mg]$", description="Heap of Spark's driver JVM; Python's memory comes on top."),
    ] = "1g"
    spark_master: Annotated[str, Field(description="Spark's master URL for training jobs.")] = "local[*]"

    sink_url: Annotated[str | None, Field(description="Where events are sent; set by a SinkBinding.")] = None
    log_format: Annotated[
        Literal["json", "text"], Field(description="One JSON object a line for machines, or text for people.")
    ] = "json"
    log_level: Annotated[
        Literal["DEBUG", "INFO", "WARNING", "ERROR"], Field(description="Least serious line that is logged.")
    ] = "INFO"

    @model_validator(mode="after")
    def _heartbeats_fit_into_the_lease(self) -> Self:
        if self.heartbeat_seconds * 3 > self.lease_seconds:
            raise ValueError(
                f"{variable('lease_seconds')}: must be at least three times {variable('heartbeat_seconds')},"
                " or a job that lives counts as lost"
            )
        return self

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Self:
        """Settings from environment variables; raises `SettingsError` that names every bad or missing one."""
        faults: list[str] = []
        given = {field: text for field in cls.model_fields if (text := _read(field, environ, faults)) is not None}
        unknown = [
            name
            for name in environ
            if name.startswith(PREFIX)
            and name not in {variable(field) for field in cls.model_fields}
            and name not in CLIENT_VARIABLES
            and not _SERVICE_LINK.fullmatch(name)
        ]
        faults += [f"{name}: there is no such setting" for name in unknown]
        try:
            settings = cls.model_validate(given)
        except ValidationError as error:
            faults += [_fault(fault["loc"], fault["msg"]) for fault in error.errors()]
        if faults:
            raise SettingsError("\n".join(faults))
        return settings


def _fault(location: tuple[int | str, ...], message: str) -> str:
    sentence = message.removeprefix("Value error, ")
    return f"{variable(str(location[0]))}: {sentence}" if location else sentence


def variable(field: str) -> str:
    """The environment variable of a setting."""
    return UNPREFIXED.get(field, PREFIX + field.upper())


def _read(field: str, environ: Mapping[str, str], faults: list[str]) -> str | None:
    name = variable(field)
    path = environ.get(f"{name}_FILE") if field in SECRETS else None
    if path is None:
        return environ.get(name) or None
    try:
        return Path(path).read_text().strip()
    except OSError as error:
        faults.append(f"{name}_FILE: {error.strerror}: {path}")
    except UnicodeDecodeError:
        faults.append(f"{name}_FILE: is not text: {path}")
    return None
