"""What every artifact store must keep to."""

import hashlib
import random
from collections.abc import Iterator

import pytest

from ophicleide.domain.errors import ArtifactDamaged
from ophicleide.domain.models import Artifact
from ophicleide.domain.ports import ArtifactStore
from ophicleide.system import uuid7
from tests.builders import an_artifact

MIB = 1 << 20


def written(artifacts: ArtifactStore, data: bytes, model_id: str | None = None, attempt: int = 1) -> Artifact:
    pieces = [data[start : start + 700_001] for start in range(0, len(data), 700_001)]
    artifact_id, size, sha256 = artifacts.write(model_id or uuid7(), attempt, pieces)
    return an_artifact(id=artifact_id, bytes=size, sha256=sha256)


@pytest.mark.parametrize("size", [0, 1, MIB - 1, MIB, MIB + 1, 3 * MIB])
def test_bytes_come_back_as_they_were(artifacts: ArtifactStore, size: int) -> None:
    data = random.Random(size).randbytes(size)
    artifact = written(artifacts, data)
    assert (artifact.bytes, artifact.sha256) == (size, hashlib.sha256(data).hexdigest())
    assert artifacts.read(artifact) == data


def test_an_artifact_may_be_larger_than_any_document(artifacts: ArtifactStore) -> None:
    data = random.Random(1).randbytes(40 * MIB + 17)
    assert artifacts.read(written(artifacts, data)) == data


def test_the_buffer_belongs_to_the_reader(artifacts: ArtifactStore) -> None:
    artifact = written(artifacts, b"vectors")
    artifacts.read(artifact)[:] = b"changed"
    assert artifacts.read(artifact) == b"vectors"


@pytest.mark.parametrize("wrong", [{"bytes": 6}, {"bytes": 8}, {"sha256": "0" * 64}, {"id": "nowhere"}])
def test_an_artifact_that_differs_from_what_was_published_is_damaged(
    artifacts: ArtifactStore, wrong: dict[str, object]
) -> None:
    artifact = written(artifacts, b"vectors").model_copy(update=wrong)
    with pytest.raises(ArtifactDamaged):
        artifacts.read(artifact)


def test_writing_an_attempt_again_replaces_it(artifacts: ArtifactStore) -> None:
    model_id = uuid7()
    first = written(artifacts, b"first" * MIB, model_id)
    second = written(artifacts, b"second", model_id)
    assert artifacts.read(second) == b"second"
    with pytest.raises(ArtifactDamaged):
        artifacts.read(first)


def test_attempts_do_not_touch_each_other(artifacts: ArtifactStore) -> None:
    model_id = uuid7()
    first = written(artifacts, b"first", model_id, attempt=1)
    eleventh = written(artifacts, b"eleventh", model_id, attempt=11)
    written(artifacts, b"first again", model_id, attempt=1)
    assert artifacts.read(eleventh) == b"eleventh"
    with pytest.raises(ArtifactDamaged):
        artifacts.read(first)


def test_a_writer_that_fails_leaves_nothing_in_the_way_of_the_next(artifacts: ArtifactStore) -> None:
    model_id = uuid7()

    def breaking_off() -> Iterator[bytes]:
        yield bytes(35 * MIB)
        raise ValueError("the job broke")

    with pytest.raises(ValueError, match="the job broke"):
        artifacts.write(model_id, 1, breaking_off())
    assert artifacts.read(written(artifacts, b"whole", model_id)) == b"whole"


def test_removing_takes_every_attempt_of_one_model(artifacts: ArtifactStore) -> None:
    model_id = uuid7()
    gone = [written(artifacts, b"gone", model_id, attempt) for attempt in (1, 2)]
    stays = written(artifacts, b"stays")
    artifacts.remove(model_id)
    artifacts.remove(model_id)
    for artifact in gone:
        with pytest.raises(ArtifactDamaged):
            artifacts.read(artifact)
    assert artifacts.read(stays) == b"stays"


@pytest.mark.parametrize(
    ("start", "end"), [(0, 1), (0, 5 * MIB + 3), (MIB - 1, MIB + 1), (MIB, 2 * MIB), (5 * MIB + 2, 5 * MIB + 3), (7, 7)]
)
def test_a_range_has_the_bytes_between_its_ends(artifacts: ArtifactStore, start: int, end: int) -> None:
    data = random.Random(5).randbytes(5 * MIB + 3)
    assert b"".join(artifacts.read_range(written(artifacts, data), start, end)) == data[start:end]


def test_a_range_comes_in_small_pieces(artifacts: ArtifactStore) -> None:
    pieces = artifacts.read_range(written(artifacts, bytes(3 * MIB)), 0, 3 * MIB)
    assert max(map(len, pieces)) <= MIB


@pytest.mark.parametrize(("start", "end"), [(0, 2 * MIB), (MIB, MIB + 10), (9 * MIB, 9 * MIB + 1)])
def test_a_range_of_what_is_not_there_is_damage(artifacts: ArtifactStore, start: int, end: int) -> None:
    artifact = written(artifacts, b"short")
    with pytest.raises(ArtifactDamaged):
        list(artifacts.read_range(artifact.model_copy(update={"bytes": 10 * MIB}), start, end))


def test_a_range_of_removed_vectors_is_damage(artifacts: ArtifactStore) -> None:
    model_id = uuid7()
    artifact = written(artifacts, b"gone", model_id)
    artifacts.remove(model_id)
    with pytest.raises(ArtifactDamaged):
        list(artifacts.read_range(artifact, 0, 4))
