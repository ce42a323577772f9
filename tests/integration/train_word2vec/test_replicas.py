"""Replicas as tasks of a real Spark: separate Python workers, and executors that are processes of their own."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from queue import Queue
from typing import Any

import pyspark
import pytest

from ophicleide.domain.training import Algorithm, TrainingParameters
from spark_jobs.train_word2vec.channel import Channel, Message, Sender
from spark_jobs.train_word2vec.corpus import Corpus, TokenLines
from spark_jobs.train_word2vec.executors import Executors
from spark_jobs.train_word2vec.gensim_trainer import WORDS_PER_REPLICA, GensimTrainer, replicas_for
from tests.unit.train_word2vec.replicas.grouped_text import grouped_text, told_apart, vocabulary_of

ROOT = Path(__file__).parents[3]
PARAMETERS = TrainingParameters(vector_size=20, window=5, sample=0)
LOCAL = Executors(1, 2, shared=True)


@pytest.fixture
def heard() -> "Queue[Any]":
    return Queue()


@pytest.fixture
def channel(heard: "Queue[Any]") -> Iterator[Channel]:
    with Channel("127.0.0.1", "127.0.0.1", heard.put) as channel:
        yield channel


@pytest.fixture
def two_replicas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("spark_jobs.train_word2vec.gensim_trainer.WORDS_PER_REPLICA", 1000)


def a_corpus(spark: Any, contexts: int = 3000) -> Corpus:
    text = grouped_text(contexts)
    lines = text.splitlines(keepends=True)
    chunks = [b"".join(lines[at : at + 100]) for at in range(0, contexts, 100)]
    tokens = 10 * contexts
    return Corpus(TokenLines(spark.parallelize(chunks, 3), (), contexts, tokens, 2), vocabulary_of(text))


@pytest.mark.usefixtures("two_replicas")
def test_two_tasks_learn_one_model_together(spark: Any, channel: Channel, heard: "Queue[Any]") -> None:
    corpus = a_corpus(spark)

    vectors = GensimTrainer(LOCAL, channel.sender, replicas=2).learn(corpus, PARAMETERS, 3, lambda _: None)

    assert told_apart(corpus.vocabulary, vectors.matrix) > 0.8
    assert vectors.words == corpus.vocabulary.words
    assert heard.get(timeout=10) == {"words_done": 0}


class Dying(Sender):
    """Of a rank whose process is killed in the middle of training; only the first rank reports words."""

    def __call__(self, message: Message) -> None:
        if message.get("words_done"):
            os.kill(os.getpid(), signal.SIGKILL)
        super().__call__(message)


class Starving(Sender):
    """Of a rank that runs out of memory in the middle of training."""

    def __call__(self, message: Message) -> None:
        if message.get("words_done"):
            raise MemoryError
        super().__call__(message)


@pytest.mark.usefixtures("two_replicas")
@pytest.mark.parametrize(("kind", "code"), [(Dying, "executor-lost"), (Starving, "out-of-memory")])
def test_a_rank_that_goes_ends_the_training_with_its_reason(
    spark: Any, channel: Channel, heard: "Queue[Any]", kind: type[Sender], code: str
) -> None:
    known = channel.sender
    trainer = GensimTrainer(LOCAL, kind(known.host, known.port, known.secret), replicas=2)

    with pytest.raises(Exception, match="barrier"):
        trainer.learn(a_corpus(spark), PARAMETERS, 1000, lambda _: None)

    assert heard.get(timeout=10) == {"words_done": 0}
    assert heard.get(timeout=10)["failure"]["code"] == code


PROGRAM = """
import os, sys
from pathlib import Path
from time import monotonic, sleep
from ophicleide.launchers.java import java_home
from spark_jobs.spark_start import start_spark
from spark_jobs.train_word2vec import gensim_trainer
from spark_jobs.train_word2vec.channel import Channel
from spark_jobs.train_word2vec.executors import Executors
from tests.integration.train_word2vec.test_replicas import PARAMETERS, a_corpus, told_apart

java = java_home(os.environ)
os.environ["JAVA_HOME"] = str(java)  # for the executors
conf = {"spark.master": "local-cluster[2,2,600]", "spark.executor.memory": "600m", "spark.driver.host": "127.0.0.1"}
spark = start_spark({**conf, "spark.executorEnv.PYTHONPATH": os.getcwd()}, java=java)
deadline = monotonic() + 120
while Executors.of(spark).count < 2 and monotonic() < deadline:
    sleep(0.1)
corpus, executors = a_corpus(spark), Executors.of(spark)
gensim_trainer.WORDS_PER_REPLICA = 1000
with Channel("127.0.0.1", "127.0.0.1", lambda _: None) as channel:
    vectors = gensim_trainer.GensimTrainer(executors, channel.sender).learn(corpus, PARAMETERS, 3, lambda _: None)
print(executors.count, executors.cores, told_apart(corpus.vocabulary, vectors.matrix))
"""


def test_executors_of_two_cores_each_learn_as_two_replicas_of_two_threads(tmp_path: Path) -> None:
    home = Path(pyspark.__file__).parent
    for entry in home.iterdir():  # Spark keeps its executors' work beside itself
        (tmp_path / entry.name).symlink_to(entry)
    environ = {"SPARK_HOME": str(tmp_path), "SPARK_SCALA_VERSION": "2.13", "PYSPARK_PYTHON": sys.executable}

    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=ROOT,
        env={**os.environ, **environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    count, cores, apart = done.stdout.split()[-3:]
    assert (count, cores) == ("2", "2")
    assert float(apart) > 0.8


def test_small_texts_stay_in_one_task_and_large_ones_use_what_there_is() -> None:
    executors = Executors(4, 2)
    sizes = [WORDS_PER_REPLICA - 1, 2 * WORDS_PER_REPLICA, 100 * WORDS_PER_REPLICA]

    assert [replicas_for(size, PARAMETERS, None, executors) for size in sizes] == [1, 2, 4]


def test_the_operator_may_allow_fewer_and_more_than_eight() -> None:
    assert [replicas_for(10**9, PARAMETERS, allowed, Executors(20, 2)) for allowed in (1, None, 16)] == [1, 8, 16]


def test_more_replicas_than_executors_are_not_waited_for() -> None:
    assert replicas_for(10**9, PARAMETERS, 8, Executors(4, 2)) == 4


def test_a_local_master_learns_in_one_task_unless_told() -> None:
    assert [replicas_for(10**9, PARAMETERS, allowed, LOCAL) for allowed in (None, 2, 3)] == [1, 2, 2]


@pytest.mark.parametrize(
    "chosen",
    [{"algorithm": Algorithm.CBOW}, {"hierarchical_softmax": True}, {"repeatable": True}, {"ns_exponent": -0.5}],
)
def test_what_replicas_would_spoil_stays_in_one_task(chosen: dict[str, Any]) -> None:
    assert replicas_for(10**9, PARAMETERS.model_copy(update=chosen), None, Executors(4, 2)) == 1
