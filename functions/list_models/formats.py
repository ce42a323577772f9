"""Vectors in the formats of other programs, made while they are sent: any part can be made without the parts before it.

Every number in a text has 15 characters, 9 digits among them: enough to give each float32 back bit for bit, and a row's place is known from the words before it.
Nothing is held but pieces of a MiB or so; arrays are left as bytes.
"""

import json
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain

from ophicleide.domain.errors import ArtifactDamaged
from ophicleide.domain.layout import Layout

PIECE_BYTES = 1 << 16
NUMBER = "%+.8e"
NUMBER_BYTES = len(NUMBER % 0.0)

# One byte for another, so that no place moves. In word2vec's formats a word ends at white space, in TSV at tabs and line ends.
_WITHOUT_BLANKS = bytes.maketrans(b" \t\r\v\f", b"_____")
_WITHOUT_TABS = bytes.maketrans(b"\t\r", b"  ")


class ExportFormat(StrEnum):
    WORD2VEC_TEXT = "word2vec-text"
    WORD2VEC_BINARY = "word2vec-binary"
    SAFETENSORS = "safetensors"
    TENSORS_TSV = "tensors-tsv"
    METADATA_TSV = "metadata-tsv"
    PROJECTOR = "projector"


@dataclass(frozen=True)
class Stored:
    """A model's artifact: its layout, and `read(start, end)` for the bytes between two places of the file."""

    layout: Layout
    read: Callable[[int, int], Iterator[bytes]]

    def section(self, name: str, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        offset, size = self.layout.sections[name]
        return self.read(offset + start, offset + (size if end is None else end))

    def size(self, name: str) -> int:
        return self.layout.sections[name][1]

    def words(self, replaced: bytes) -> Iterator[bytes]:
        rest = b""
        for piece in self.section("words"):
            *whole, rest = (rest + piece.translate(replaced)).split(b"\n")
            yield from whole
        yield rest

    def counts(self) -> Iterator[int]:
        return (int.from_bytes(record, "little", signed=True) for record in _records(self.section("counts"), 8))

    def rows(self, first: int = 0) -> Iterator[bytes]:
        width = 4 * self.layout.vector_size
        return _records(self.section("matrix", first * width), width)


@dataclass(frozen=True)
class Format:
    """A file's length, and `pieces(start, end)` for the bytes between two places of it."""

    size: int
    pieces: Callable[[int, int], Iterator[bytes]]


def word2vec_text(stored: Stored) -> Format:
    return _word2vec(
        stored, _number_line(stored.layout.vector_size, " "), (NUMBER_BYTES + 1) * stored.layout.vector_size
    )


def word2vec_binary(stored: Stored) -> Format:
    return _word2vec(stored, lambda row: row, 4 * stored.layout.vector_size)


def tensors_tsv(stored: Stored) -> Format:
    """The Embedding Projector's tensors: a line a word, without the word."""
    line = _number_line(stored.layout.vector_size, "\t")
    width = (NUMBER_BYTES + 1) * stored.layout.vector_size

    def pieces(start: int, end: int) -> Iterator[bytes]:
        first = start // width
        return _between(map(line, stored.rows(first)), first * width, start, end)

    return Format(width * stored.layout.vocabulary_size, pieces)


def metadata_tsv(stored: Stored) -> Format:
    """The Embedding Projector's metadata: words and their counts; made from its beginning, which costs little."""
    head, rows = b"word\tcount\n", stored.layout.vocabulary_size
    digits = sum(len(str(count)) for count in stored.counts())

    def lines() -> Iterator[bytes]:
        for word, count in zip(stored.words(_WITHOUT_TABS), stored.counts(), strict=True):
            yield b"%b\t%d\n" % (word, count)

    size = len(head) + stored.size("words") - (rows - 1) + 2 * rows + digits
    return Format(size, lambda start, end: _between(chain([head], lines()), 0, start, end))


def safetensors(stored: Stored, about: dict[str, str]) -> Format:
    """Tensors `vectors` (float32), `counts` (int64) and `words` (UTF-8 bytes, a line a word), as they are stored."""
    rows, columns = stored.layout.vocabulary_size, stored.layout.vector_size
    shapes = {"counts": ("I64", [rows]), "matrix": ("F32", [rows, columns]), "words": ("U8", [stored.size("words")])}
    fields: dict[str, object] = {"__metadata__": about}
    position, places = 0, {}
    for name, (dtype, shape) in shapes.items():
        places[name], position = position, position + stored.size(name)
        fields["vectors" if name == "matrix" else name] = {
            "dtype": dtype,
            "shape": shape,
            "data_offsets": [places[name], position],
        }
    text = json.dumps(fields, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    head = struct.pack("<Q", len(text)) + text

    def pieces(start: int, end: int) -> Iterator[bytes]:
        if start < len(head):
            yield head[start:end]
        for name, place in places.items():
            begin, size = len(head) + place, stored.size(name)
            low, high = max(start - begin, 0), min(end - begin, size)
            if low < high:
                yield from stored.section(name, low, high)

    return Format(len(head) + position, pieces)


def _word2vec(stored: Stored, written: Callable[[bytes], bytes], width: int) -> Format:
    """word, blank, numbers, for each row; `written` turns a row of float32 into its `width` bytes."""
    rows = stored.layout.vocabulary_size
    head = f"{rows} {stored.layout.vector_size}\n".encode()

    def pieces(start: int, end: int) -> Iterator[bytes]:
        if start < len(head):
            yield head[start:end]
        words, position = stored.words(_WITHOUT_BLANKS), len(head)
        for skipped, word in enumerate(words):
            if position + len(word) + 1 + width > start:
                left = zip(chain([word], words), stored.rows(skipped), strict=True)
                yield from _between((b"%b %b" % (w, written(row)) for w, row in left), position, start, end)
                return
            position += len(word) + 1 + width

    return Format(len(head) + stored.size("words") - (rows - 1) + rows * (1 + width), pieces)


def _number_line(count: int, between: str) -> Callable[[bytes], bytes]:
    row, text = struct.Struct(f"<{count}f"), between.join([NUMBER] * count) + "\n"

    def line(numbers: bytes) -> bytes:
        written = (text % row.unpack(numbers)).encode()
        if len(written) != (NUMBER_BYTES + 1) * count:
            raise ArtifactDamaged("The stored vectors hold a number that is not finite.")
        return written

    return line


def _between(parts: Iterator[bytes], position: int, start: int, end: int) -> Iterator[bytes]:
    """The bytes between two places of what `parts` make together, the first of them lying at `position`; in larger pieces."""
    gathered = bytearray()
    for part in parts:
        if position >= end:
            break
        gathered += part[max(start - position, 0) : end - position]
        position += len(part)
        if len(gathered) >= PIECE_BYTES:
            yield bytes(gathered)
            gathered.clear()
    if gathered:
        yield bytes(gathered)


def _records(pieces: Iterator[bytes], size: int) -> Iterator[bytes]:
    """The same bytes, cut anew into records of one size."""
    rest = b""
    for piece in pieces:
        data = rest + piece
        whole = len(data) - len(data) % size
        for place in range(0, whole, size):
            yield data[place : place + size]
        rest = data[whole:]
