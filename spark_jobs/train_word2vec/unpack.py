"""Bytes of a fetched file to plain bytes: gzip peeled off, what is not text refused by name, size capped.

Reads in pieces; no charset here (charset.py) and no network.
"""

import zlib
from collections.abc import Iterator
from pathlib import Path

PIECE_BYTES = 1 << 18
HEAD_BYTES = 1 << 12
_GZIP = b"\x1f\x8b\x08"
_MAX_LAYERS = 2  # a .gz file that a server sends with Content-Encoding: gzip

_BINARY = {
    b"%PDF-": "a PDF document",
    b"PK\x03\x04": "a zip archive (or an office document or e-book)",
    b"PK\x05\x06": "an empty zip archive",
    b"\x89PNG": "a PNG image",
    b"\xff\xd8\xff": "a JPEG image",
    b"GIF8": "a GIF image",
    b"RIFF": "a RIFF file (image, sound or film)",
    b"7z\xbc\xaf\x27\x1c": "a 7z archive",
    b"Rar!": "a RAR archive",
    b"BZh": "a bzip2 file",
    b"\xfd7zXZ\x00": "an xz file",
    b"\x28\xb5\x2f\xfd": "a Zstandard file",
    b"\x7fELF": "a program",
    b"\xd0\xcf\x11\xe0": "an old office document",
    b"OggS": "an Ogg file (sound or film)",
    b"ID3": "an MP3 file",
    b"PAR1": "a Parquet file",
    b"SQLite format 3": "an SQLite database",
}


class NotText(Exception):
    """What arrived cannot be read as text; the message says what it is instead."""


class TooLarge(Exception):
    """The text is longer than the limit, in bytes after decompression."""


def unpacked(path: Path, max_bytes: int) -> Iterator[bytes]:
    """The file's bytes in pieces, without its gzip layers; `NotText` for what is known not to be text."""
    pieces: Iterator[bytes] = _read(path)
    for layer in range(_MAX_LAYERS + 1):
        head, pieces = peek(pieces)
        if not is_gzip(head):
            break
        if layer == _MAX_LAYERS:
            raise NotText("it is gzip within gzip within gzip")
        pieces = _gunzip(pieces)
    if kind := binary_kind(head):
        raise NotText(f"it is {kind}")
    return _capped(pieces, max_bytes)


def peek(pieces: Iterator[bytes]) -> tuple[bytes, Iterator[bytes]]:
    """The first bytes, at least `HEAD_BYTES` unless there are fewer, and the whole again."""
    head = b""
    for piece in pieces:
        head += piece
        if len(head) >= HEAD_BYTES:
            break
    return head, _again(head, pieces)


def binary_kind(head: bytes) -> str | None:
    return next((kind for magic, kind in _BINARY.items() if head.startswith(magic)), None)


def is_gzip(head: bytes) -> bool:
    return head.startswith(_GZIP)


def _again(head: bytes, pieces: Iterator[bytes]) -> Iterator[bytes]:
    if head:
        yield head
    yield from pieces


def _read(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(PIECE_BYTES):
            yield piece


def _capped(pieces: Iterator[bytes], max_bytes: int) -> Iterator[bytes]:
    total = 0
    for piece in pieces:
        total += len(piece)
        if total > max_bytes:
            raise TooLarge(f"it is longer than {max_bytes:,} bytes after decompression")
        yield piece


def _gunzip(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """All members of a gzip stream (RFC 1952), never more than a piece at once: a bomb expands a thousandfold."""
    member, begun = zlib.decompressobj(wbits=31), False
    for piece in pieces:
        data = piece
        while data:
            out, begun = _inflated(member, data), True
            if out:
                yield out
            data = member.unconsumed_tail
            if member.eof:
                data = member.unused_data.lstrip(b"\0")  # tapes and some servers pad with zeros
                member, begun = zlib.decompressobj(wbits=31), False
    while begun and not member.eof:
        out = _inflated(member, b"")
        if not out:
            raise NotText("its gzip data is cut short")
        yield out


def _inflated(member: "zlib._Decompress", data: bytes) -> bytes:
    try:
        return member.decompress(data, PIECE_BYTES)
    except zlib.error as error:
        raise NotText("its gzip data is damaged") from error
