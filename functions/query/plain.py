"""Requests that are plainly right, and the very bytes that the whole function answers them with.

Plain is what asks only for words near to some and far from others, and of which nothing could be refused.
No pydantic and no numpy here: they would be most of a cold start.
"""

import hashlib
import json
import re
from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import parse_qsl

from ophicleide.domain.published import Published
from ophicleide.edge.messages import Request, json_body

DEFAULT_TOP_K = 10
MAX_WORD_LENGTH = 200
MAX_WORDS = 20

_PATH = re.compile(r"/models/([^/]{1,100})/most-similar")
_QUERY = re.compile(r"[A-Za-z0-9%+._~'&=-]{1,4000}")
_TOP_K = re.compile(r"[1-9][0-9]?")


class Plain(NamedTuple):
    """`positive` and `negative` as they were given; `word` is one more positive one."""

    ref: str
    word: str | None
    positive: tuple[str, ...]
    negative: tuple[str, ...]
    top_k: int

    @property
    def only_word(self) -> str | None:
        """The word where nothing else is asked for."""
        return None if self.positive or self.negative else self.word

    @property
    def signed(self) -> list[tuple[str, float]]:
        """Each word with its weight, negative for those to be far from."""
        word = [] if self.word is None else [self.word]
        return [(near, 1.0) for near in (*word, *self.positive)] + [(far, -1.0) for far in self.negative]


def plain(request: Request) -> Plain | None:
    """What a request asks for; None unless it is plainly right."""
    path = _PATH.fullmatch(request.path)
    if request.method != "GET" or request.body or path is None or "idempotency-key" in request.headers:
        return None
    if (said := _said(request.query)) is None:
        return None
    words, top_k = said["word"], said["top_k"] or [str(DEFAULT_TOP_K)]
    asked = [*words, *said["positive"], *said["negative"]]
    if len(words) > 1 or len(top_k) > 1 or not _TOP_K.fullmatch(top_k[0]):
        return None
    if not 0 < len(asked) <= MAX_WORDS or not all(map(_is_plain, asked)):
        return None
    word = words[0] if words else None
    return Plain(path[1], word, tuple(said["positive"]), tuple(said["negative"]), int(top_k[0]))


def entity_tag(published: Published, asked: Plain) -> str:
    """As `answering.entity_tag` makes it of the same question."""
    said = {
        **({} if asked.word is None else {"word": asked.word}),
        "positive": _examples(asked.positive),
        "negative": _examples(asked.negative),
        "top_k": asked.top_k,
        "kind": "most-similar",
    }
    text = json.dumps(said, ensure_ascii=False, separators=(",", ":"))
    return f'"{hashlib.sha256(f"{published.model_id} GetMostSimilar {text}".encode()).hexdigest()[:32]}"'


def body(published: Published, asked: Plain, near: Sequence[tuple[str, float]]) -> bytes:
    said = {
        "model_id": published.model_id,
        "model_name": published.model_name,
        "word": asked.word,
        "positive": _examples(asked.positive),
        "negative": _examples(asked.negative),
    }
    return json_body(
        {
            **{name: value for name, value in said.items() if value},
            "top_k": asked.top_k,
            "neighbours": [{"word": word, "similarity": similarity} for word, similarity in near],
        }
    )


def _said(query: str) -> dict[str, list[str]] | None:
    """What is given under each name; None where there is another name, or anything that cannot be read."""
    if not _QUERY.fullmatch(query):
        return None
    try:
        fields = parse_qsl(query, keep_blank_values=True, strict_parsing=True, errors="strict")
    except ValueError:
        return None
    said: dict[str, list[str]] = {"word": [], "positive": [], "negative": [], "top_k": []}
    for name, text in fields:
        if name not in said:
            return None
        said[name].append(text)
    return said


def _is_plain(word: str) -> bool:
    """A colon may set a weight off."""
    return 0 < len(word) <= MAX_WORD_LENGTH and word == word.strip() and word.isprintable() and ":" not in word


def _examples(words: Sequence[str]) -> list[dict[str, object]]:
    return [{"word": word, "weight": 1.0} for word in words]
