"""What is kept beside the vectors."""

import pytest

from ophicleide.stores.memory import MemoryNeighbourStore
from spark_jobs.train_word2vec import publish
from tests.builders import an_artifact, some_vectors


@pytest.mark.parametrize(("most", "kept"), [(1, 1), (149, 2), (10**9, 50)])
def test_neighbours_of_the_first_words_are_kept_as_far_as_the_comparisons_go(
    monkeypatch: pytest.MonkeyPatch, most: int, kept: int
) -> None:
    monkeypatch.setattr(publish, "MOST_COMPARISONS", most)
    neighbours, artifact = MemoryNeighbourStore(), an_artifact()
    publish.write_neighbours(neighbours, artifact, some_vectors(50, 4), lambda: None)
    found = [neighbours.read(artifact.id, f"word{row}") is not None for row in range(50)]
    assert found == [row < kept for row in range(50)]
