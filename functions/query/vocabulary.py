"""Reading a model's vocabulary, a page at a time."""

from typing import TYPE_CHECKING

from functions.query.answers import Loaded
from ophicleide.domain.errors import FieldProblem, InvalidRequest
from ophicleide.domain.names import is_id
from ophicleide.domain.relations import CountedWord, ListWords, WordPage

if TYPE_CHECKING:
    from ophicleide.domain.vectors import WordVectors


def read_cursor(cursor: str) -> tuple[str, int]:
    """The model whose pages it goes on with, and how many words were shown; `InvalidRequest` for one that no page gave."""
    model_id, _, shown = cursor.partition(".")
    if not is_id(model_id) or not (shown.isascii() and shown.isdigit()) or len(shown) > 12:
        raise InvalidRequest([FieldProblem("/cursor", "give the next_cursor of an earlier page, unchanged")])
    return model_id, int(shown)


def page(asked: ListWords, one: Loaded) -> WordPage:
    vectors, shown = one.vectors, read_cursor(asked.cursor)[1] if asked.cursor else 0
    total, rows = _rows(vectors, asked, shown)
    words = tuple(CountedWord(word=vectors.words[row], count=int(vectors.counts[row])) for row in rows)
    more = shown + len(words) < total
    cursor = f"{one.model.model_id}.{shown + len(words)}" if more else None
    return WordPage(**one.named, words=words, total=total, next_cursor=cursor)


def _rows(vectors: "WordVectors", asked: ListWords, shown: int) -> tuple[int, list[int]]:
    if asked.prefix is None:
        total = len(vectors.words)
        return total, list(range(min(shown, total), min(shown + asked.limit, total)))
    found = vectors.spellings.having_prefix(asked.prefix)
    return len(found), found[shown : shown + asked.limit].tolist()
