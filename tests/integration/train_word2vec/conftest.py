"""One Spark for all tests of the job in this process, and a server of texts for each test."""

import os
from collections.abc import Iterator
from typing import Any

import pytest

from ophicleide.launchers.java import java_home
from spark_jobs.spark_start import start_spark
from spark_jobs.spark_start.gateway import shut_down
from tests.integration.train_word2vec.text_server import TextServer, serving


@pytest.fixture
def texts() -> Iterator[TextServer]:
    with serving() as server:
        yield server


@pytest.fixture(scope="session")
def spark() -> Iterator[Any]:
    context = start_spark({"spark.master": "local[2]", "spark.app.name": "tests"}, java=java_home(os.environ))
    yield context
    gateway = type(context)._gateway
    context.stop()
    shut_down(gateway)
