"""A fetched file to lines of text: unpack, decode, drop markup. Streams; holds one line at a time."""

from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

from spark_jobs.train_word2vec.charset import characters, charset_of, looks_like_html
from spark_jobs.train_word2vec.html_text import readable
from spark_jobs.train_word2vec.unpack import unpacked

MAX_LINE_CHARACTERS = 1 << 20


class Text:
    """One text while it is read; `charset` is known at once, `text_bytes` grows with the lines."""

    def __init__(self, path: Path, content_type: str | None, max_bytes: int) -> None:
        self._codec = charset_of(unpacked(path, max_bytes), content_type)
        self._raw = unpacked(path, max_bytes)
        self._content_type = content_type
        self.charset = self._codec.removesuffix("-sig")
        self.text_bytes = 0

    def lines(self) -> Iterator[str]:
        pieces = characters(self._counted(), self._codec)
        first = next(pieces, "")
        joined = chain((first,), pieces)
        return lines_of(readable(joined) if looks_like_html(first, self._content_type) else joined)

    def _counted(self) -> Iterator[bytes]:
        for piece in self._raw:
            self.text_bytes += len(piece)
            yield piece


def lines_of(pieces: Iterable[str]) -> Iterator[str]:
    """Lines without their ends; a line of more than a million characters comes in parts, cut at a blank."""
    rest = ""
    for piece in pieces:
        *whole, rest = (rest + piece).replace("\r\n", "\n").replace("\r", "\n").split("\n")
        yield from whole
        if len(rest) > MAX_LINE_CHARACTERS:
            part, _, rest = rest.rpartition(" ")
            yield part or rest
            rest = rest if part else ""
    if rest:
        yield rest
