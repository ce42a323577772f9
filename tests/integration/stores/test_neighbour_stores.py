"""What every store of neighbours must keep to."""

from ophicleide.ports import NeighbourStore
from ophicleide.system import uuid7


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
