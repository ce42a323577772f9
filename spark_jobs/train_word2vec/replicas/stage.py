"""Replicas as one barrier stage of Spark: a task an executor, all of them started together or none.

Pieces of the text go from Spark's blocks to each task's local disk; the driver sees vectors only.
Spark does not try a barrier stage of this kind again: one lost task ends them all, and with them the attempt.
"""

import secrets
import socket
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any

from ophicleide.domain.training import TrainingParameters
from spark_jobs.train_word2vec.channel import Sender
from spark_jobs.train_word2vec.corpus import Corpus, Vocabulary
from spark_jobs.train_word2vec.failures import EXECUTOR_LOST, failure_of
from spark_jobs.train_word2vec.gensim_model import blocks_of, new_model
from spark_jobs.train_word2vec.replicas.handshake import PeerLost
from spark_jobs.train_word2vec.replicas.mesh import Address, Mesh, listen
from spark_jobs.train_word2vec.replicas.replica import Replica
from spark_jobs.train_word2vec.replicas.shard import Shard, dealt

if TYPE_CHECKING:
    from pyspark import RDD

_REPORT_SECONDS = 0.5
_HEAD_START_SECONDS = 0.5
"""For the reason of a failure before its consequences: they reach the driver on different connections."""


def learnt_together(
    corpus: Corpus, parameters: TrainingParameters, epochs: int, tell: Sender, *, replicas: int, threads: int
) -> "RDD[bytes]":
    """The input vectors' bytes (float32, row-major) in blocks, which each rank yields its part of."""
    pieces = corpus.lines.chunks.flatMap(lambda chunk: dealt(chunk, replicas))
    shares = pieces.partitionBy(replicas, int).values()
    task = _Rank(corpus.vocabulary, parameters, epochs, tell, threads, corpus.lines.tokens, secrets.token_bytes(32))
    return shares.barrier().mapPartitions(task)


@dataclass(frozen=True)
class _Rank:
    """Travels to the executors by pickle."""

    vocabulary: Vocabulary
    parameters: TrainingParameters
    epochs: int
    tell: Sender
    threads: int
    tokens: int
    secret: bytes

    def __call__(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        with tempfile.TemporaryDirectory(prefix="ophicleide-train-") as folder:
            shard = Shard.spool(Path(folder, "shard.txt"), pieces)
            with self._mesh() as mesh:
                model = self._learnt(shard, mesh)
        words = len(self.vocabulary.words)
        yield from blocks_of(model.wv.vectors[words * mesh.rank // mesh.size : words * (mesh.rank + 1) // mesh.size])

    @contextmanager
    def _mesh(self) -> Iterator[Mesh]:
        from pyspark import BarrierTaskContext

        context = BarrierTaskContext.get()
        with listen(_own_address(self.tell)) as server:
            addresses = [_parsed(text) for text in context.allGather("{}:{}".format(*server.getsockname()))]
            with self._telling():
                mesh = Mesh.connect(server, context.partitionId(), addresses, self.secret)
            with mesh, self._telling():
                yield mesh

    @contextmanager
    def _telling(self) -> Iterator[None]:
        """What goes wrong inside is told before the other ranks see this one's connections close, and tell of that."""
        try:
            yield
        except PeerLost:
            self.tell({"failure": EXECUTOR_LOST.model_dump()})
            raise
        except Exception as error:
            self.tell({"failure": failure_of(error).model_dump()})
            sleep(_HEAD_START_SECONDS)
            raise

    def _learnt(self, shard: Shard, mesh: Mesh) -> Any:
        model = new_model(self.vocabulary, self.parameters, threads=self.threads, contexts=shard.contexts)
        replica = Replica(model, shard, mesh, self.tokens, self.vocabulary.tokens, self.threads)
        replica.learn(self.epochs, _Reports(self.tell) if mesh.rank == 0 else lambda _: None)
        return model


@dataclass
class _Reports:
    """Passes on how many words are done, now and then."""

    tell: Sender
    _next: float = 0.0

    def __call__(self, words: int) -> None:
        if words == 0 or monotonic() > self._next:
            self.tell({"words_done": words})
            self._next = monotonic() + _REPORT_SECONDS


def _own_address(tell: Sender) -> str:
    """Of the interface that leads to the driver; nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect((tell.host, tell.port))
        return str(probe.getsockname()[0])


def _parsed(text: str) -> Address:
    host, _, port = text.rpartition(":")
    return host, int(port)
