"""One Spark for all tests of the job in this process, and a server of texts for each test."""

from collections.abc import Iterator
from typing import Any

import pytest

from spark_jobs.spark_start import start_spark
from tests.integration.train_word2vec.text_server import TextServer, serving


@pytest.fixture
def texts() -> Iterator[TextServer]:
    with serving() as server:
        yield server


@pytest.fixture(scope="session")
def spark() -> Iterator[Any]:
    context = start_spark({"spark.master": "local[2]", "spark.driver.host": "127.0.0.1", "spark.app.name": "tests"})
    yield context
    gateway = type(context)._gateway
    context.stop()
    gateway.shutdown()
    gateway.proc.stdin.close()
    gateway.proc.wait(timeout=60)
    type(context)._gateway = type(context)._jvm = None
