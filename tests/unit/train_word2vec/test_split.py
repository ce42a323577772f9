"""Every byte and every line belongs to one range, however text, ranges and pieces are cut."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from ophicleide.fetching.versions import Head
from spark_jobs.train_word2vec.split import ByteRange, Split

TEXTS = st.lists(st.sampled_from([b"a", b"bc", b"\n", b"\n\n", b"\r\n", "ł".encode()]), min_size=1).map(b"".join)


def split(text: bytes, range_bytes: int) -> Split:
    head = Head("http://a", None, None, len(text))
    return Split("http://a", head, '"v1"', len(text), "utf-8", True, datetime(2026, 1, 1, tzinfo=UTC), range_bytes)


def read(part: ByteRange, text: bytes, piece_bytes: int) -> tuple[bytes, bytes]:
    """Its lines, and what it says it has seen of its own bytes."""
    tail = text[part.tail.start :]
    seen: list[bytes] = []
    pieces = (tail[at : at + piece_bytes] for at in range(0, len(tail), piece_bytes))
    return b"".join(part.lines(pieces, seen.append)), b"".join(seen)


@given(TEXTS, st.integers(1, 12), st.integers(1, 9))
def test_the_lines_of_all_ranges_are_the_text(text: bytes, range_bytes: int, piece_bytes: int) -> None:
    found = [read(part, text, piece_bytes)[0] for part in split(text, range_bytes).ranges]

    assert b"".join(found) == text
    assert all(lines.endswith(b"\n") for lines in found[:-1] if lines and not text.endswith(lines))


@given(TEXTS, st.integers(1, 12), st.integers(1, 9))
def test_each_range_sees_its_own_bytes_once(text: bytes, range_bytes: int, piece_bytes: int) -> None:
    for part in split(text, range_bytes).ranges:
        assert read(part, text, piece_bytes)[1] == text[part.start : part.end]
