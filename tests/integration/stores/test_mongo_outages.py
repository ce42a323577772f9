"""What happens when the server is away, silent or slow, is killed and comes back."""

import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from ophicleide.domain.errors import StoreUnavailable
from ophicleide.domain.lifecycle import start
from ophicleide.domain.models import ModelStatus
from ophicleide.domain.ports import ModelFilter, Page
from ophicleide.stores.mongo import MongoArtifactStore, MongoConnection, MongoModelStore, MongoQueryStore
from ophicleide.system import uuid7
from tests.builders import NOW, a_model, a_query, an_artifact
from tests.document_store import DocumentStore, free_port, running

MIB = 1 << 20

CALLS: dict[str, Callable[[MongoConnection], object]] = {
    "add a model": lambda it: MongoModelStore(it).add(a_model()),
    "get a model": lambda it: MongoModelStore(it).get(uuid7()),
    "find a name's newest ready model": lambda it: MongoModelStore(it).newest_ready("austen"),
    "find a name's newest model": lambda it: MongoModelStore(it).newest("austen"),
    "list models": lambda it: MongoModelStore(it).find(ModelFilter(), Page()),
    "count models": lambda it: MongoModelStore(it).count([ModelStatus.PENDING]),
    "change a model": lambda it: MongoModelStore(it).change(uuid7(), 1, start(now=NOW, lease_seconds=1)),
    "settle an outcome": lambda it: MongoModelStore(it).settle_outcome(uuid7(), "outcome"),
    "add a query": lambda it: MongoQueryStore(it).add(a_query()),
    "get a query": lambda it: MongoQueryStore(it).get(uuid7()),
    "list queries": lambda it: MongoQueryStore(it).find(None, Page()),
    "remove queries": lambda it: MongoQueryStore(it).remove(uuid7()),
    "write an artifact": lambda it: MongoArtifactStore(it).write(uuid7(), 1, [b"vectors"]),
    "read an artifact": lambda it: MongoArtifactStore(it).read(an_artifact(bytes=1)),
    "remove artifacts": lambda it: MongoArtifactStore(it).remove(uuid7()),
}


@pytest.fixture
def own_store(tmp_path: Path) -> Iterator[DocumentStore]:
    """A server that a test may kill."""
    with running(tmp_path) as store:
        yield store


@pytest.fixture
def connect() -> Iterator[Callable[..., MongoConnection]]:
    with ExitStack() as stack:

        def connect(port: int, timeout_seconds: float) -> MongoConnection:
            uri = f"mongodb://127.0.0.1:{port}/?directConnection=true"
            return stack.enter_context(closing(MongoConnection(uri, "outages", timeout_seconds)))

        yield connect


@pytest.mark.parametrize("name", CALLS)
def test_a_store_that_is_away_is_unavailable(name: str, connect: Callable[..., MongoConnection]) -> None:
    connection = connect(free_port(), 0.2)
    with pytest.raises(StoreUnavailable):
        CALLS[name](connection)


def test_a_server_that_never_answers_is_unavailable(connect: Callable[..., MongoConnection]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(StoreUnavailable):
        MongoModelStore(connect(silent.getsockname()[1], 0.2)).get(uuid7())


def test_a_killed_store_comes_back_with_its_data_and_without_a_restart_of_ours(
    own_store: DocumentStore, connect: Callable[..., MongoConnection]
) -> None:
    models = MongoModelStore(connect(own_store.port, 3))
    model = models.add(a_model(idempotency_key=uuid7()))
    own_store.stop(signal.SIGKILL)
    with pytest.raises(StoreUnavailable):
        models.get(model.id)
    own_store.start()
    assert models.get(model.id) == model
    assert models.add(a_model(idempotency_key=model.idempotency_key)) == model


def test_writes_recover_from_a_restart_between_them(
    own_store: DocumentStore, connect: Callable[..., MongoConnection]
) -> None:
    models = MongoModelStore(connect(own_store.port, 10))
    model = models.add(a_model())
    own_store.stop(signal.SIGKILL)
    own_store.start()
    changed = models.change(model.id, 1, start(now=NOW, lease_seconds=45))
    assert changed is not None
    assert models.get(model.id) == changed


def test_an_artifact_that_a_crash_cut_in_half_is_replaced(
    own_store: DocumentStore, connect: Callable[..., MongoConnection]
) -> None:
    connection, model_id = connect(own_store.port, 5), uuid7()
    artifacts = MongoArtifactStore(connection)

    def cut_in_half() -> Iterator[bytes]:
        yield bytes(70 * MIB)
        own_store.stop(signal.SIGKILL)
        yield bytes(70 * MIB)

    with pytest.raises(StoreUnavailable):
        artifacts.write(model_id, 1, cut_in_half())
    own_store.start()
    artifact_id, size, sha256 = artifacts.write(model_id, 1, [b"whole"])
    assert artifacts.read(an_artifact(id=artifact_id, bytes=size, sha256=sha256)) == b"whole"
    with connection.request() as database:
        assert [chunk["files_id"] for chunk in database.artifacts.chunks.find({}, {"files_id": 1})] == [artifact_id]


def test_a_large_artifact_may_take_longer_than_a_request(
    document_store: DocumentStore, connect: Callable[..., MongoConnection]
) -> None:
    data = bytes(4 * MIB)
    with slow_road_to(document_store.port, seconds_per_mib=0.5) as port:
        artifacts = MongoArtifactStore(connect(port, 0.6))
        artifact_id, size, sha256 = artifacts.write(uuid7(), 1, [data])
        assert artifacts.read(an_artifact(id=artifact_id, bytes=size, sha256=sha256)) == data


class slow_road_to:  # noqa: N801 - reads as a verb where it is used
    """A port that passes bytes on to another one, no faster than told."""

    def __init__(self, port: int, seconds_per_mib: float) -> None:
        self._port, self._seconds_per_byte = port, seconds_per_mib / MIB
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._closing = threading.Event()

    def __enter__(self) -> int:
        threading.Thread(target=self._accept, daemon=True).start()
        return int(self._listener.getsockname()[1])

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        while not self._closing.is_set():
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            far = socket.create_connection(("127.0.0.1", self._port))
            for one, other in ((near, far), (far, near)):
                threading.Thread(target=self._pass_on, args=(one, other), daemon=True).start()

    def _pass_on(self, one: socket.socket, other: socket.socket) -> None:
        with one, other:
            try:
                while data := one.recv(1 << 16):
                    self._closing.wait(len(data) * self._seconds_per_byte)
                    other.sendall(data)
            except OSError:
                return
