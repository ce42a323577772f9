"""Every setting of every process: name, type, unit, default, and a sentence on what it is for.

Read once, in a `main.py`, from the environment; all faults are reported together.
A variable that is empty counts as not given.
A setting `X` that holds a secret may instead be given as `X_FILE`, the path of a mounted file.
"""

import re
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from pathlib import Path
from typing import Annotated, Any, Literal, Self, get_args, get_type_hints

from ophicleide import variables
from ophicleide.variables import Field

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


@dataclass(frozen=True, kw_only=True, repr=False)
class Settings:
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
    max_batch_queries: Annotated[int, Field(ge=1, description="Most questions in one call.")] = 256
    cache_bytes: Annotated[
        int,
        Field(
            ge=0,
            description="Vectors that an instance of `query` keeps in memory, in bytes; the least recently used model leaves first.",
        ),
    ] = 1 << 30
    export_origins: Annotated[
        str,
        Field(
            description="Origins, comma-separated, whose web pages may read exported vectors; `*` allows all. Projectors run there."
        ),
    ] = "https://projector.tensorflow.org"

    answer_cache_bytes: Annotated[
        int,
        Field(
            ge=0,
            description="Answers that an instance of `query` keeps, in bytes; the least recently used leave first.",
        ),
    ] = 32 << 20

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
    replicas: Annotated[
        int | None,
        Field(
            ge=1,
            description="Most executors that learn one model together, a process each; as many as there are, up to 8, when not given. 1 trains in one process.",
        ),
    ] = None

    sink_url: Annotated[str | None, Field(description="Where events are sent; set by a SinkBinding.")] = None
    log_format: Annotated[
        Literal["json", "text"], Field(description="One JSON object a line for machines, or text for people.")
    ] = "json"
    log_level: Annotated[
        Literal["DEBUG", "INFO", "WARNING", "ERROR"], Field(description="Least serious line that is logged.")
    ] = "INFO"

    def __repr__(self) -> str:
        shown = [f"{name}={getattr(self, name)!r}" for name, (_, field) in declared().items() if field.repr]
        return f"Settings({', '.join(shown)})"

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Self:
        """Settings from environment variables; raises `SettingsError` that names every bad or missing one."""
        faults: list[str] = []
        values: dict[str, Any] = {}
        for name, (kind, field) in declared().items():
            if (text := _read(name, environ, faults)) is not None:
                try:
                    values[name] = variables.read(kind, text)
                    fault = field.fault(values[name])
                except ValueError as error:
                    fault = str(error)
                faults += [f"{variable(name)}: {fault}"] if fault else []
        faults += _missing(values, faults) + _unknown(environ)
        if not faults and (settings := cls(**values)).heartbeat_seconds * 3 <= settings.lease_seconds:
            return settings
        raise SettingsError("\n".join(faults) or _RESTLESS)


_RESTLESS = (
    "OPHICLEIDE_LEASE_SECONDS: must be at least three times OPHICLEIDE_HEARTBEAT_SECONDS,"
    " or a job that lives counts as lost"
)


def declared() -> dict[str, tuple[Any, Field]]:
    """Each setting's kind and what is said of it, by its name."""
    hints = get_type_hints(Settings, include_extras=True)
    return {name: (get_args(hint)[0], get_args(hint)[1]) for name, hint in hints.items()}


def required() -> set[str]:
    return {field.name for field in fields(Settings) if field.default is MISSING}


def _missing(values: Mapping[str, Any], faults: list[str]) -> list[str]:
    told = {fault.partition(":")[0].removesuffix("_FILE") for fault in faults}
    lacking = sorted(variable(name) for name in required() - values.keys())
    return [f"{name}: is missing" for name in lacking if name not in told]


def _unknown(environ: Mapping[str, str]) -> list[str]:
    known = {variable(name) for name in declared()} | CLIENT_VARIABLES
    strange = [name for name in environ if name.startswith(PREFIX) and name not in known]
    return [f"{name}: there is no such setting" for name in strange if not _SERVICE_LINK.fullmatch(name)]


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
