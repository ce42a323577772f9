"""Rows of text, with or without word2vec's header: a word and its numbers a line."""

import warnings
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

import numpy as np
import numpy.typing as npt

from spark_jobs.train_word2vec.import_vectors.faults import NotVectors, shown
from spark_jobs.train_word2vec.import_vectors.table import Table

LINES_AT_ONCE = 1000
MAX_LINE_BYTES = 1 << 22


def lines_of(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Lines without blanks at their ends, and without the empty ones after the last."""
    empty = 0
    for line in _split(pieces):
        if stripped := line.rstrip():
            yield from (b"" for _ in range(empty))
            yield stripped
            empty = 0
        else:
            empty += 1


def _split(pieces: Iterable[bytes]) -> Iterator[bytes]:
    rest = b""
    for piece in pieces:
        *whole, rest = (rest + piece).split(b"\n")
        yield from whole
        if len(rest) > MAX_LINE_BYTES:
            raise NotVectors(f"it has a line of more than {MAX_LINE_BYTES:,} bytes")
    yield rest


def read_rows(lines: Iterator[bytes], table: Table) -> None:
    """All lines into the table."""
    done = 0
    while batch := list(islice(lines, LINES_AT_ONCE)):
        words, texts = [], []
        for offset, line in enumerate(batch):
            word, *numbers = line.rsplit(None, table.vector_size) or [b""]
            if len(numbers) != table.vector_size or numbers_in(word):
                found = len(numbers) + numbers_in(word)
                raise NotVectors(
                    f"{table.at(done + offset)}: {found:,} numbers follow the word {shown(line.split(None, 1)[0] if line else line)}, not {table.vector_size:,}"
                )
            words.append(word.strip())
            texts.append(numbers)
        table.add(words, _parsed(texts, words, table, done))
        done += len(batch)


def numbers_in(line: bytes) -> int:
    """How many numbers end the line after its first word: words of GloVe may hold blanks, and may themselves be numbers."""
    if b" " not in line and b"\t" not in line:
        return 0
    count = 0
    for text in reversed(line.split()[1:]):
        try:
            float(text)
        except ValueError:
            break
        count += 1
    return count


def _parsed(texts: Sequence[list[bytes]], words: list[bytes], table: Table, done: int) -> npt.NDArray[np.float32]:
    joined = b" ".join(b" ".join(numbers) for numbers in texts).decode("latin-1")
    shape = (len(texts), table.vector_size)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # numpy warns where it stops at something that is no number
            return np.fromstring(joined, dtype=np.float32, sep=" ").reshape(shape)
    except (ValueError, Warning):
        raise _fault(texts, words, table, done) from None


def _fault(texts: Sequence[list[bytes]], words: list[bytes], table: Table, done: int) -> NotVectors:
    for row, numbers in enumerate(texts):
        for number in numbers:
            try:
                float(number)
            except ValueError:
                return NotVectors(
                    f"{table.at(done + row)}: {shown(number)} after the word {shown(words[row])} is no number"
                )
    return NotVectors(f"{table.at(done)}: its numbers cannot be read")
