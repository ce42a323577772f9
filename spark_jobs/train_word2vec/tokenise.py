"""Text to token lines: what a word is, and how far its context reaches.

Streams: a line of text in, a line of words out; no I/O and no Spark.
A word is letters and marks, digits after a letter, and what Unicode joins inside a word (UAX #29, MidLetter).
"""

import re
import sys
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import chain, islice

from ophicleide.domain.words import spelt
from spark_jobs.train_word2vec.segment import WITHOUT_BLANKS, Segment

MAX_CONTEXT_WORDS = 1000
"""Longest context; the cap of the first word2vec.c and of Spark, so that all trainers see the same lines."""

WRAPPED_LINE_LENGTH = 200
"""Nobody wraps prose by hand beyond this many characters."""

MAX_WORD_LENGTH = 64
"""Longer runs of letters are encoded data, not words."""


def _marks() -> str:
    """Combining marks as ranges of a character class: Python's `\\w` leaves them out."""
    last = min(sys.maxunicode, 0x1EFFF)
    points = [p for p in range(0x300, last) if unicodedata.category(chr(p))[0] == "M"]
    starts = [p for p in points if unicodedata.category(chr(p - 1))[0] != "M"]
    ends = [p for p in points if unicodedata.category(chr(p + 1))[0] != "M"]
    return "".join(f"{chr(a)}-{chr(b)}" for a, b in zip(starts, ends, strict=True))


_MARKS = _marks()
_LETTER = r"[^\W\d_]"
_INNER = "['\u00b7\u05f4\u05f3]"  # apostrophe, Catalan middle dot, Hebrew gershayim and geresh
_WORD = re.compile(rf"{_LETTER}[\w{_MARKS}]*(?:{_INNER}{_LETTER}[\w{_MARKS}]*)*")

# Elided articles and pronouns of French, Italian and Catalan are words of their own (the lists of Lucene's ElisionFilter).
_ELIDED = re.compile(
    r"\b(?:[ldjmtsnc]|qu|jusqu|quoiqu|lorsqu|puisqu|dell|all|nell|dall|sull|coll|pell|gl|agl|dagl|degl|negl|sugl|un)'(?=\w{2})"
)
# The English possessive is not part of the name it stands behind (Lucene's EnglishPossessiveFilter).
_POSSESSIVE = re.compile(r"'s\b")


def words(text: str, segment: Segment | None = None) -> list[str]:
    """The words of a text in order, as `spelt`; underscores of plain-text italics separate."""
    text = spelt(text).replace("_", " ")
    if "'" in text:
        text = _ELIDED.sub(" ", _POSSESSIVE.sub(" ", text))
    found = _WORD.findall(text)
    if segment is not None:
        found = [word for run in found for word in _segmented(run, segment)]
    return [word for word in found if len(word) <= MAX_WORD_LENGTH]


def _segmented(run: str, segment: Segment) -> Iterable[str]:
    """A run is segmented where it has letters of a script without blanks, and stays a word elsewhere."""
    if WITHOUT_BLANKS.search(run) is None:
        return (run,)
    return (word for word in segment(run) if _WORD.fullmatch(word))


def contexts(lines: Iterable[str], segment: Segment | None = None) -> Iterator[list[str]]:
    """Words that may be each other's neighbours: a paragraph, cut after 1000 words.

    Lines between two blank ones are a paragraph when they look wrapped by hand: none is long, and together they have
    at most 1000 words. Otherwise each of them is one, as in corpora with a sentence or a document a line.
    """
    run: list[list[str]] = []
    size, wrapped = 0, True
    for line in lines:
        if not line.strip():
            yield from _cut(chain.from_iterable(run))
            run, size, wrapped = [], 0, True
        elif found := words(line, segment):
            run.append(found)
            size += len(found)
            wrapped = wrapped and len(line) <= WRAPPED_LINE_LENGTH and size <= MAX_CONTEXT_WORDS
            if not wrapped:
                for each in run:
                    yield from _cut(each)
                run = []
    yield from _cut(chain.from_iterable(run))


def _cut(words: Iterable[str]) -> Iterator[list[str]]:
    rest = iter(words)
    while context := list(islice(rest, MAX_CONTEXT_WORDS)):
        yield context
