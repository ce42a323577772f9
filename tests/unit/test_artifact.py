"""The file that vectors are kept in: what comes back, and what damage and malice get."""

import json
import random
import struct
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ophicleide.domain.artifact import ALIGNMENT, CHUNK_BYTES, MAGIC, decode, encode
from ophicleide.domain.errors import ArtifactDamaged
from ophicleide.domain.vectors import WordVectors
from tests.builders import some_vectors

words = st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="\n"), max_size=12)


def encoded(vectors: WordVectors) -> bytes:
    return b"".join(encode(vectors))


def forged(**changes: Any) -> bytes:
    """A whole file with another header; a change of None takes the field away."""
    data = bytearray(encoded(some_vectors(5, 4)))
    (length,) = struct.unpack_from("<I", data, 8)
    header = json.loads(data[12 : 12 + length])
    header = {key: value for key, value in {**header, **changes}.items() if value is not None}
    data[12 : 12 + length] = json.dumps(header).encode().ljust(length)
    return bytes(data)


@given(st.lists(words, min_size=1, max_size=30), st.integers(1, 20))
def test_vectors_come_back_as_they_were(vocabulary: list[str], vector_size: int) -> None:
    plain = some_vectors(len(vocabulary), vector_size)
    back = decode(encoded(WordVectors(vocabulary, plain.matrix, plain.counts)))
    assert list(back.words) == vocabulary
    np.testing.assert_array_equal(back.matrix, plain.matrix)
    np.testing.assert_array_equal(back.counts, plain.counts)
    assert (back.matrix.dtype, back.counts.dtype) == (np.dtype("<f4"), np.dtype("<i8"))


def test_decoding_copies_no_array() -> None:
    data = bytearray(encoded(some_vectors()))
    assert np.shares_memory(decode(data).matrix, np.frombuffer(data, dtype=np.uint8))


def test_sections_are_aligned() -> None:
    data = encoded(some_vectors(7, 3))
    header = json.loads(data[12 : 12 + struct.unpack_from("<I", data, 8)[0]])
    assert [offset % ALIGNMENT for offset, _ in header["sections"].values()] == [0] * 6


def test_a_large_matrix_leaves_in_pieces() -> None:
    pieces = list(encode(some_vectors(10_000, 100)))
    assert max(map(len, pieces)) <= CHUNK_BYTES
    assert decode(b"".join(pieces)).matrix.shape == (10_000, 100)


def test_other_layouts_of_an_array_are_taken_too() -> None:
    plain = some_vectors(6, 4)
    turned = WordVectors(plain.words, np.asfortranarray(plain.matrix), plain.counts.astype(np.int32))
    assert encoded(turned) == encoded(plain)


@pytest.mark.parametrize("vocabulary", [[], ["two\nwords", "more"]])
def test_a_vocabulary_that_would_not_come_back_is_not_written(vocabulary: list[str]) -> None:
    with pytest.raises(ValueError, match="a vocabulary has one word at least"):
        encoded(
            WordVectors(vocabulary, np.zeros((len(vocabulary), 2), np.float32), np.zeros(len(vocabulary), np.int64))
        )


@pytest.mark.parametrize(
    "changes",
    [
        {"version": 2},
        {"version": None},
        {"sections": None},
        {"sections": []},
        {"sections": {}},
        {"sections": {"words": [640, 4], "counts": [704, 40], "matrix": [-80, 80]}},
        {"sections": {"words": [640, -4], "counts": [704, 40], "matrix": [768, 80]}},
        {"sections": {"words": [640, 29], "counts": [704, 40], "matrix": [768, 10**30]}},
        {"sections": {"words": [640.5, 29], "counts": [704, 40], "matrix": [768, 80]}},
        {"sections": {"words": ["a", 29], "counts": [704, 40], "matrix": [768, 80]}},
        {"vocabulary_size": 4},
        {"vocabulary_size": -1},
        {"vocabulary_size": 10**30},
        {"vocabulary_size": "five"},
        {"vector_size": 0},
        {"vector_size": -1},
        {"vector_size": 5},
        {"vector_size": [4]},
    ],
)
def test_a_header_that_lies_is_damage(changes: dict[str, object]) -> None:
    with pytest.raises(ArtifactDamaged):
        decode(forged(**changes))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        MAGIC,
        b"PK\x03\x04" + bytes(100),
        b"\x80\x04\x95" + bytes(100),
        MAGIC + struct.pack("<I", 2**32 - 1),
        MAGIC + struct.pack("<I", 2) + b"[]",
        MAGIC + struct.pack("<I", 4) + b"null",
        MAGIC + struct.pack("<I", 2) + b"\xff\xfe",
        MAGIC + struct.pack("<I", 200_000) + b"[" * 200_000,
    ],
)
def test_what_is_no_artifact_is_damage(data: bytes) -> None:
    with pytest.raises(ArtifactDamaged):
        decode(data)


def test_what_could_be_made_of_the_rest_is_read_as_it_would_be_made() -> None:
    plain = some_vectors(300, 7)
    back = decode(encoded(plain))
    assert dict(back.index) == plain.index
    np.testing.assert_array_equal(back.search.inverse_norms, plain.search.inverse_norms)
    assert back.most_similar("word7", 20) == plain.most_similar("word7", 20)
    assert back.size_bytes < plain.size_bytes


def test_a_file_without_what_could_be_made_is_read_as_well() -> None:
    data = encoded(some_vectors(5, 4))
    header = json.loads(data[12 : 12 + struct.unpack_from("<I", data, 8)[0]])
    kept = {name: place for name, place in header["sections"].items() if name in ("words", "counts", "matrix")}
    assert decode(forged(sections=kept)).most_similar("word1", 3) == some_vectors(5, 4).most_similar("word1", 3)


@given(st.integers(0, 10**6))
def test_a_file_that_was_cut_is_damage(seed: int) -> None:
    data = encoded(some_vectors(20, 5))
    with pytest.raises(ArtifactDamaged):
        decode(data[: seed % len(data)])


@given(st.integers(0, 10**6))
def test_any_other_bytes_give_vectors_or_damage_and_nothing_else(seed: int) -> None:
    data, chance = bytearray(encoded(some_vectors(5, 4))), random.Random(seed)
    for _ in range(chance.randint(1, 8)):
        data[chance.randrange(700)] = chance.randrange(256)
    try:
        vectors = decode(data)
    except ArtifactDamaged:
        return
    assert vectors.matrix.shape[0] == len(vectors.words) == len(vectors.counts)
