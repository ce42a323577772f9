"""What every store of neighbours, and every reader of whose they are, must keep to."""

from ophicleide.domain.aliases import Alias
from ophicleide.domain.lifecycle import delete, publish, start
from ophicleide.domain.ports import AliasStore, ModelStore, NeighbourStore, PublishedModels
from ophicleide.domain.published import Published, PublishedArtifact
from ophicleide.system import uuid7
from tests.builders import NOW, a_model, a_result

Reads = tuple[AliasStore, ModelStore, PublishedModels]


def test_a_record_comes_back_as_it_was(neighbours: NeighbourStore) -> None:
    artifact_id = f"{uuid7()}.1.token"
    words = {f"wörd/{number}.$": bytes([number % 256]) * number for number in range(2500)}
    neighbours.write(artifact_id, words.items())
    assert all(neighbours.read(artifact_id, word) == record for word, record in list(words.items())[::97])


def test_a_word_without_a_record_has_none(neighbours: NeighbourStore) -> None:
    artifact_id = f"{uuid7()}.1.token"
    neighbours.write(artifact_id, [("captain", b"1")])
    assert neighbours.read(artifact_id, "Captain") is None
    assert neighbours.read(f"{uuid7()}.1.token", "captain") is None


def test_writing_nothing_is_no_error(neighbours: NeighbourStore) -> None:
    neighbours.write(f"{uuid7()}.1.token", [])


def test_two_attempts_keep_their_records_apart(neighbours: NeighbourStore) -> None:
    model_id = uuid7()
    neighbours.write(f"{model_id}.1.aaaa", [("captain", b"first")])
    neighbours.write(f"{model_id}.2.bbbb", [("captain", b"second")])
    assert neighbours.read(f"{model_id}.1.aaaa", "captain") == b"first"
    assert neighbours.read(f"{model_id}.2.bbbb", "captain") == b"second"


def test_removing_takes_every_record_of_the_model_and_no_other(neighbours: NeighbourStore) -> None:
    gone, kept = uuid7(), uuid7()
    for artifact_id in (f"{gone}.1.aaaa", f"{gone}.2.bbbb", f"{kept}.1.aaaa"):
        neighbours.write(artifact_id, [("captain", b"record"), ("\U0010ffff", b"record")])
    neighbours.remove(gone)
    neighbours.remove(gone)
    left = [neighbours.read(f"{gone}.{rest}", "captain") for rest in ("1.aaaa", "2.bbbb")]
    assert left == [None, None]
    assert neighbours.read(f"{gone}.1.aaaa", "\U0010ffff") is None
    assert neighbours.read(f"{kept}.1.aaaa", "captain") == b"record"


def published(models: ModelStore, name: str) -> Published:
    model = models.add(a_model(name=name))
    models.change(model.id, 1, start(now=NOW, lease_seconds=45))
    result = a_result()
    models.change(model.id, 1, publish(model, result, now=NOW))
    file = result.artifact
    return Published(model.id, name, PublishedArtifact(file.id, file.bytes, file.sha256))


def test_an_id_or_a_name_stands_for_the_model_that_resolving_finds(published_reads: Reads) -> None:
    _, models, reads = published_reads
    name = f"name {uuid7()}"
    assert reads.published(name) is None
    older, newer = published(models, name), published(models, name)
    models.add(a_model(name=name))
    assert reads.published(name) == newer
    assert [reads.published(ref) for ref in (older.model_id, newer.model_id, uuid7())] == [older, newer, None]


def test_what_is_not_ready_or_deleted_is_not_published(published_reads: Reads) -> None:
    _, models, reads = published_reads
    name = f"name {uuid7()}"
    older, newer = published(models, name), published(models, name)
    models.change(newer.model_id, 1, delete(now=NOW))
    assert [reads.published(ref) for ref in (name, newer.model_id)] == [older, None]
    models.change(older.model_id, 1, delete(now=NOW))
    pending = models.add(a_model(name=name))
    assert [reads.published(ref) for ref in (name, pending.id)] == [None, None]


def test_a_pinned_name_stands_for_its_model_while_that_is_ready(published_reads: Reads) -> None:
    aliases, models, reads = published_reads
    name = f"name {uuid7()}"
    older, newer = published(models, name), published(models, name)
    aliases.put(Alias(name=name, model_id=older.model_id, since=NOW), None)
    assert reads.published(name) == older
    models.change(older.model_id, 1, delete(now=NOW))
    assert reads.published(name) == newer
