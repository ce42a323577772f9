"""Gzip is peeled off and what is not text is refused by name."""

import gzip
import zlib
from pathlib import Path

import pytest

from spark_jobs.train_word2vec.unpack import PIECE_BYTES, NotText, TooLarge, unpacked

TEXT = b"It is a truth universally acknowledged\n" * 1000


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "body"


@pytest.mark.parametrize(
    "body",
    [
        TEXT,
        gzip.compress(TEXT),
        gzip.compress(gzip.compress(TEXT)),
        gzip.compress(TEXT[:500]) + gzip.compress(TEXT[500:]),
        gzip.compress(TEXT) + b"\0" * 512,
    ],
    ids=["plain", "gzip", "gzip in gzip", "two members", "padded"],
)
def test_text_comes_out_whole(path: Path, body: bytes) -> None:
    path.write_bytes(body)

    assert b"".join(unpacked(path, len(TEXT))) == TEXT


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"%PDF-1.7 ...", "PDF"),
        (b"PK\x03\x04....", "zip"),
        (b"\x89PNG\r\n", "PNG"),
        (gzip.compress(b"%PDF-1.7 ..."), "PDF"),
        (gzip.compress(gzip.compress(gzip.compress(TEXT))), "gzip within gzip"),
    ],
)
def test_what_is_not_text_is_named(path: Path, body: bytes, kind: str) -> None:
    path.write_bytes(body)

    with pytest.raises(NotText, match=kind):
        list(unpacked(path, 1 << 30))


@pytest.mark.parametrize("body", [gzip.compress(TEXT)[:-20], gzip.compress(TEXT)[:-8] + b"12345678"])
def test_damaged_gzip_is_an_error_and_not_a_shorter_text(path: Path, body: bytes) -> None:
    path.write_bytes(body)

    with pytest.raises(NotText, match=r"damaged|cut short"):
        list(unpacked(path, 1 << 30))


def test_a_bomb_is_stopped_at_the_limit_in_small_pieces(path: Path) -> None:
    path.write_bytes(gzip.compress(b"\0" * (64 << 20)))
    taken = []

    with pytest.raises(TooLarge, match="1,000,000 bytes"):
        taken.extend(len(piece) for piece in unpacked(path, 1_000_000))

    assert max(taken) <= PIECE_BYTES
    assert sum(taken) <= 1_000_000


def test_a_bomb_in_a_bomb_is_stopped_too(path: Path) -> None:
    inner = zlib.compressobj(9, wbits=31)
    bomb = inner.compress(b"a" * (32 << 20)) + inner.flush()
    path.write_bytes(gzip.compress(bomb))

    with pytest.raises(TooLarge):
        list(unpacked(path, 1_000_000))


def test_an_empty_file_is_an_empty_text(path: Path) -> None:
    path.write_bytes(b"")

    assert b"".join(unpacked(path, 10)) == b""
