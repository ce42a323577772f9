"""What only the stores on MongoDB's protocol have: indexes, documents of other versions, damage, secrets, forks."""

import subprocess
import sys
import traceback
from typing import Any

import pytest

from ophicleide.domain.errors import ArtifactDamaged, StoreUnavailable
from ophicleide.domain.models import Artifact
from ophicleide.settings import SettingsError
from ophicleide.stores.mongo import MongoArtifactStore, MongoConnection, MongoModelStore, MongoQueryStore
from ophicleide.system import uuid7
from tests.builders import a_model, a_query, an_artifact
from tests.document_store import DocumentStore, free_port

MIB = 1 << 20
PASSWORD = "s3cret"


def test_the_first_model_makes_the_indexes(connection: MongoConnection) -> None:
    MongoModelStore(connection).add(a_model())
    with connection.request() as database:
        indexes = database.models.index_information()
    assert set(indexes) == {"_id_", "idempotency_key", "name_status_id", "status_id", "label_pairs_id"}
    assert indexes["idempotency_key"]["unique"]
    assert indexes["idempotency_key"]["sparse"]


def test_the_first_query_makes_the_indexes(connection: MongoConnection) -> None:
    MongoQueryStore(connection).add(a_query())
    with connection.request() as database:
        assert set(database.queries.index_information()) == {"_id_", "idempotency_key", "model_id", "other_model_id"}


def test_a_second_process_takes_the_indexes_as_they_are(
    connection: MongoConnection, document_store: DocumentStore
) -> None:
    MongoModelStore(connection).add(a_model())
    second = MongoConnection(document_store.uri, "stores", 20)
    model = MongoModelStore(second).add(a_model())
    second.close()
    assert MongoModelStore(connection).get(model.id) == model


def test_what_a_newer_version_wrote_is_read(connection: MongoConnection) -> None:
    models = MongoModelStore(connection)
    model = models.add(a_model())
    with connection.request() as database:
        database.models.update_one(
            {"_id": model.id}, {"$set": {"map": {"x": 1}, "parameters.dreams": True, "owner": None}}
        )
    assert models.get(model.id) == model


def test_a_model_that_cannot_be_read_is_our_fault_not_the_callers(connection: MongoConnection) -> None:
    models = MongoModelStore(connection)
    model = models.add(a_model())
    with connection.request() as database:
        database.models.update_one({"_id": model.id}, {"$set": {"status": "dreaming"}})
    with pytest.raises(RuntimeError, match=f"the stored model {model.id} cannot be read"):
        models.get(model.id)


def whole(artifacts: MongoArtifactStore) -> Artifact:
    artifact_id, size, sha256 = artifacts.write(uuid7(), 1, [bytes(3 * MIB)])
    return an_artifact(id=artifact_id, bytes=size, sha256=sha256)


@pytest.mark.parametrize(
    ("number", "data"),
    [
        (1, b"\1" + bytes(MIB - 1)),  # one byte is another
        (1, bytes(MIB - 1)),  # one byte is missing
        (1, bytes(MIB + 1)),  # one byte too many
    ],
)
def test_damaged_pieces_are_seen(connection: MongoConnection, number: int, data: bytes) -> None:
    artifacts = MongoArtifactStore(connection)
    artifact = whole(artifacts)
    with connection.request() as database:
        piece = {"files_id": artifact.id, "n": number}
        database.artifacts.chunks.update_one(piece, {"$set": {"data": data}}, upsert=True)
    with pytest.raises(ArtifactDamaged):
        artifacts.read(artifact)


@pytest.mark.parametrize("number", [0, 1, 2])
def test_missing_pieces_are_seen(connection: MongoConnection, number: int) -> None:
    artifacts = MongoArtifactStore(connection)
    artifact = whole(artifacts)
    with connection.request() as database:
        database.artifacts.chunks.delete_one({"files_id": artifact.id, "n": number})
    with pytest.raises(ArtifactDamaged):
        artifacts.read(artifact)


def test_artifacts_are_files_that_other_tools_can_find(connection: MongoConnection) -> None:
    model_id = uuid7()
    artifact_id, size, _ = MongoArtifactStore(connection).write(model_id, 3, [b"vectors"])
    with connection.request() as database:
        file = database.artifacts.files.find_one({"filename": f"{model_id}.3"})
    assert file is not None
    assert (file["_id"], file["length"], file["metadata"]) == (artifact_id, size, {"model_id": model_id, "attempt": 3})


def test_removing_leaves_no_piece_behind(connection: MongoConnection) -> None:
    artifacts = MongoArtifactStore(connection)
    artifact = whole(artifacts)
    artifacts.remove(artifact.id.split(".")[0])
    with connection.request() as database:
        assert database.artifacts.files.count_documents({"_id": artifact.id}) == 0
        assert database.artifacts.chunks.count_documents({"files_id": artifact.id}) == 0


@pytest.mark.parametrize(
    "uri",
    [
        f"mongodb://user:{PASSWORD}@pass@host",
        f"mongodb://user:{PASSWORD}@host:port",
        f"mongodb://user:{PASSWORD}@",
        f"http://user:{PASSWORD}@host",
        f"mongodb://user:{PASSWORD}@host/?tls=true&tlsInsecure=true&tlsAllowInvalidHostnames=false",
    ],
)
def test_an_unusable_uri_is_told_at_once_without_its_password(uri: str) -> None:
    with pytest.raises(SettingsError) as caught:
        MongoConnection(uri, "stores", 1)
    assert "MONGODB_URI" in str(caught.value)
    assert PASSWORD not in "".join(traceback.format_exception(caught.value))


def test_an_outage_is_told_without_the_password() -> None:
    connection = MongoConnection(f"mongodb://user:{PASSWORD}@127.0.0.1:{free_port()}", "stores", 0.2)
    with pytest.raises(StoreUnavailable) as caught:
        MongoModelStore(connection).get(uuid7())
    connection.close()
    assert PASSWORD not in "".join(traceback.format_exception(caught.value))


def test_a_connection_made_before_a_fork_serves_after_it(document_store: Any) -> None:
    program = (
        "import os, sys\n"
        "from ophicleide.stores.mongo import MongoConnection, MongoModelStore\n"
        "models = MongoModelStore(MongoConnection(sys.argv[1], 'stores', 20))\n"
        "child = os.fork()\n"
        "assert models.get('00000000-0000-7000-8000-000000000000') is None\n"
        "if child: sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))\n"
    )
    subprocess.run([sys.executable, "-W", "error", "-c", program, document_store.uri], check=True, timeout=60)
