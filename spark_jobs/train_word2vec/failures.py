"""What ends an attempt, and how Spark's errors become a code and a sentence; traces belong to the log."""

from ophicleide.domain.errors import LaunchFailed, OphicleideError, StoreUnavailable
from ophicleide.domain.models import Failure, FailureCode

_SEE_LOG = "See the job's log, then create the model again."


class JobFailed(Exception):
    """The attempt ends in `failed`, with this failure."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.detail)
        self.failure = failure


class Stopped(Exception):
    """The attempt is over and nothing more is to be written: the model was deleted, or someone else has it."""


OUT_OF_MEMORY = Failure(
    code=FailureCode.OUT_OF_MEMORY,
    detail="Training ran out of memory. Raise min_count, lower vector_size or give less text; or ask the operator for more memory (OPHICLEIDE_SPARK_DRIVER_MEMORY, or the job's resources).",
)
EXECUTOR_LOST = Failure(
    code=FailureCode.EXECUTOR_LOST,
    detail="One of the processes that were to train the model together went away: its machine was taken, or its memory did not suffice. "
    "Create the model again; or ask the operator for more memory for executors, or for training in one process (OPHICLEIDE_REPLICAS=1).",
)
DRIVER_STOPPED = Failure(
    code=FailureCode.DRIVER_LOST,
    detail="The training job was told to stop before it was done, for example because its machine was shut down. Create the model again.",
)
_JAVA_ENDED = Failure(
    code=FailureCode.INTERNAL,
    detail=f"Spark's Java process ended in the middle of the work. {_SEE_LOG}",
)
_UNKNOWN = Failure(code=FailureCode.INTERNAL, detail=f"The training job met an error that it does not know. {_SEE_LOG}")

# Words by which Spark, the JVM and Python say it. A worker that "crashed" was killed, nearly always for its memory.
_MEMORY_SIGNS = (
    "java.lang.OutOfMemoryError",
    "MemoryError",
    "Python worker exited unexpectedly (crashed)",
    "ExecutorLostFailure",
    "exit code 137",
    "OOMKilled",
)
_EXECUTOR_GONE = ("replicas.handshake.PeerLost", "barrier stage that requires more slots")
_JAVA_GONE = ("Py4JNetworkError", "ConnectionRefusedError", "ConnectionResetError", "BrokenPipeError", "EOFError")


def deadline_passed(seconds: float) -> Failure:
    return Failure(
        code=FailureCode.DEADLINE,
        detail=f"Training took longer than {seconds:,.0f} seconds. Give less text or fewer epochs, or ask the operator to raise OPHICLEIDE_DEADLINE_SECONDS.",
    )


def failure_of(error: BaseException, java_exit: int | None = None) -> Failure:
    """The failure that an error amounts to; `java_exit` is the JVM's exit status where it ended."""
    if isinstance(error, JobFailed):
        return error.failure
    if isinstance(error, OphicleideError):
        return _of_ours(error)
    text = f"{type(error).__name__}: {error}"
    if isinstance(error, MemoryError) or java_exit in (-9, 137) or any(sign in text for sign in _MEMORY_SIGNS):
        return OUT_OF_MEMORY
    if any(sign in text for sign in _EXECUTOR_GONE):
        return EXECUTOR_LOST
    if java_exit is not None or any(sign in text for sign in _JAVA_GONE):
        return _JAVA_ENDED
    return _UNKNOWN


def _of_ours(error: OphicleideError) -> Failure:
    match error:
        case StoreUnavailable():
            return Failure(code=FailureCode.STORE_UNAVAILABLE, detail=f"{error.detail} Create the model again.")
        case LaunchFailed():
            return Failure(code=FailureCode.LAUNCH_FAILED, detail=error.detail)
    return Failure(code=FailureCode.INTERNAL, detail=f"{error.detail} {_SEE_LOG}")
