"""Which format a file of vectors has, told from its first bytes."""

import re

from ophicleide.domain.imports import ImportFormat
from spark_jobs.train_word2vec.import_vectors.faults import NotVectors, shown

_HEADER = re.compile(rb"(?:\xef\xbb\xbf)?[ \t]*(\d{1,18})[ \t]+(\d{1,18})[ \t]*\r?\n")
_BLANK = re.compile(rb"[ \t]")
_NUMERALS = frozenset(b"0123456789+-.eE \t\r\n")
_SAMPLE_BYTES = 64


def header_of(head: bytes) -> tuple[int, int, int] | None:
    """Words, numbers a word and the header's own length, where the file begins with word2vec's header."""
    found = _HEADER.match(head)
    return (int(found[1]), int(found[2]), found.end()) if found else None


def format_of(head: bytes, declared: ImportFormat | None) -> ImportFormat:
    """The declared format if the file agrees, else the one that it has; raises `NotVectors`."""
    found = _found(head)
    if declared is not None and found is not declared:
        raise NotVectors(f"it looks like {found}, not {declared}; say so, or leave the format out")
    return found


def _found(head: bytes) -> ImportFormat:
    header = header_of(head)
    if header is None:
        _check_numbers(head)
        return ImportFormat.GLOVE_TEXT
    _, *rest = _BLANK.split(head[header[2] :].lstrip(b"\n"), maxsplit=1)
    numbers = b"".join(rest)
    # Random bytes of floats keep to numerals for 64 bytes about as often as never.
    looks_text = numbers != b"" and _NUMERALS.issuperset(_first_row(numbers))
    return ImportFormat.WORD2VEC_TEXT if looks_text else ImportFormat.WORD2VEC_BINARY


def _first_row(numbers: bytes) -> bytes:
    return numbers[:_SAMPLE_BYTES].partition(b"\n")[0]


def _check_numbers(head: bytes) -> None:
    line = head.partition(b"\n")[0]
    fields = line.split()
    try:
        float(fields[1])
    except (IndexError, ValueError):
        raise NotVectors(
            f"its first line is neither a header 'words numbers' nor a word and its numbers: {shown(line)}"
        ) from None
