"""The words of a web page without its markup: elements that people read, with blocks as paragraphs.

The standard library's parser is enough: no scripts run, no styles apply, and broken markup is taken as it comes.
"""

from collections.abc import Iterable, Iterator
from html.parser import HTMLParser

_UNREAD = frozenset(
    {"script", "style", "template", "noscript", "svg", "math", "head", "title", "nav", "select", "textarea"}
)
_INLINE = frozenset(
    {"a", "abbr", "b", "bdi", "bdo", "big", "cite", "code", "data", "dfn", "em", "font", "i", "ins", "kbd", "mark", "q"}
    | {"rp", "rt", "ruby", "s", "samp", "small", "span", "strong", "sub", "sup", "time", "tt", "u", "var", "wbr", "del"}
)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._text: list[str] = []
        self._unread: list[str] = []

    def taken(self) -> str:
        text, self._text = "".join(self._text), []
        return text

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - the parser's signature
        if tag == "body":
            self._unread.clear()  # pages leave <head> open
        if tag in _UNREAD:
            self._unread.append(tag)
        self._separate(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - the parser's signature
        self._separate(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._unread:
            del self._unread[self._unread.index(tag) :]
        self._separate(tag)

    def handle_data(self, data: str) -> None:
        if not self._unread:
            self._text.append(data)

    def _separate(self, tag: str) -> None:
        if tag == "br":
            self._text.append("\n")
        elif tag not in _INLINE:
            self._text.append("\n\n")


def readable(pieces: Iterable[str]) -> Iterator[str]:
    """The page's text in pieces."""
    reader = _Reader()
    for piece in pieces:
        reader.feed(piece)
        yield reader.taken()
    reader.close()
    yield reader.taken()
