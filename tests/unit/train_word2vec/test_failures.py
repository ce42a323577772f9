"""Errors become a code and a sentence; no trace reaches the model."""

import pytest

from ophicleide.domain.errors import LaunchFailed, StoreUnavailable
from ophicleide.domain.models import FailureCode
from spark_jobs.train_word2vec.failures import DRIVER_STOPPED, JobFailed, failure_of

OUT_OF_HEAP = (
    "An error occurred while calling o1.collect.\n: java.lang.OutOfMemoryError: Java heap space\n\tat org.apache"
)

PEER_LOST = (
    "Could not recover from a failed barrier ResultStage.\n  File ...\nConnectionResetError: [Errno 104] Connection reset\n"
    "spark_jobs.train_word2vec.replicas.handshake.PeerLost: rank 0 lost rank 1\n\tat org.apache"
)
TOO_FEW_SLOTS = (
    "[SPARK-24819]: Barrier execution mode does not allow run a barrier stage that requires more slots than the total"
)


@pytest.mark.parametrize(
    ("error", "java_exit", "code"),
    [
        (JobFailed(DRIVER_STOPPED), None, FailureCode.DRIVER_LOST),
        (StoreUnavailable("The store is away."), None, FailureCode.STORE_UNAVAILABLE),
        (MemoryError(), None, FailureCode.OUT_OF_MEMORY),
        (RuntimeError(OUT_OF_HEAP), None, FailureCode.OUT_OF_MEMORY),
        (RuntimeError("Python worker exited unexpectedly (crashed)"), None, FailureCode.OUT_OF_MEMORY),
        (RuntimeError(PEER_LOST), None, FailureCode.EXECUTOR_LOST),
        (RuntimeError(TOO_FEW_SLOTS), None, FailureCode.EXECUTOR_LOST),
        (ConnectionRefusedError(111, "Connection refused"), -9, FailureCode.OUT_OF_MEMORY),
        (ConnectionRefusedError(111, "Connection refused"), 1, FailureCode.INTERNAL),
        (ValueError("secret detail"), None, FailureCode.INTERNAL),
    ],
)
def test_an_error_has_a_code_and_a_sentence_without_its_trace(
    error: Exception, java_exit: int | None, code: FailureCode
) -> None:
    failure = failure_of(error, java_exit)

    assert failure.code is code
    assert failure.detail.endswith(".")
    assert "org.apache" not in failure.detail
    assert "secret" not in failure.detail


def test_a_machine_without_java_is_told_as_such() -> None:
    assert failure_of(LaunchFailed("Spark needs Java.")).code is FailureCode.LAUNCH_FAILED
