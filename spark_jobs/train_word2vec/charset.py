"""Which charset a text is in, and its characters; the order of trust is that of browsers, then detection.

A byte order mark, what the server declared, what the page declares, UTF-8 if it is that, charset-normalizer's guess.
"""

import codecs
import re
from collections.abc import Iterator
from email.message import Message

from charset_normalizer import from_bytes

from spark_jobs.train_word2vec.unpack import NotText, peek

MAX_REPLACED_SHARE = 0.02
"""Characters that the charset cannot explain, before a text counts as none."""

SAMPLE_BYTES = 1 << 16

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# What is declared as the left is in truth the right, which contains it (WHATWG Encoding Standard, 4.2).
_WIDER = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "tis-620": "cp874",
}
_IN_PAGE = re.compile(rb"""<meta[^>]{0,200}charset\s*=\s*["']?\s*([A-Za-z0-9_.:-]+)""", re.I)
_UNREADABLE_TYPES = ("image/", "audio/", "video/", "font/", "application/pdf", "application/zip")


def media_type(content_type: str | None) -> str:
    return (content_type or "").partition(";")[0].strip().lower()


def charset_of(pieces: Iterator[bytes], content_type: str | None) -> str:
    """Python's name of the charset; reads all pieces where nobody declared one. `NotText` where none explains the bytes."""
    if media_type(content_type).startswith(_UNREADABLE_TYPES):
        raise NotText(f"the server says that it is {media_type(content_type)}")
    head, pieces = peek(pieces)
    declared = declared_charset(head, content_type)
    if declared is not None:
        return declared
    if b"\0" in head:
        raise NotText("it holds zero bytes, as binary files do")
    return _detected(pieces)


def declared_charset(head: bytes, content_type: str | None) -> str | None:
    """By a byte order mark, the server or the page; None where nobody says it."""
    for mark, charset in _MARKS:
        if head.startswith(mark):
            return charset
    return _known(_declared(content_type)) or _known(_in_page(head, content_type))


def _declared(content_type: str | None) -> str | None:
    message = Message()
    message["Content-Type"] = content_type or ""
    charset = message.get_param("charset")
    return charset if isinstance(charset, str) else None


def _in_page(head: bytes, content_type: str | None) -> str | None:
    found = _IN_PAGE.search(head) if looks_like_html(head.decode("latin-1"), content_type) else None
    return found.group(1).decode("ascii") if found else None


def looks_like_html(head: str, content_type: str | None) -> bool:
    if media_type(content_type) in ("text/html", "application/xhtml+xml"):
        return True
    start = head.lstrip("\ufeff \t\r\n")[:200].lower()
    return media_type(content_type) in ("", "application/octet-stream") and start.startswith(
        ("<!doctype html", "<html")
    )


def _known(name: str | None) -> str | None:
    """Python's codec for a declared name; None for one that is unknown or no charset of text."""
    try:
        codec = codecs.lookup((name or "").strip().strip("\"'"))
    except (LookupError, ValueError):
        return None
    return _WIDER.get(codec.name, codec.name) if codec._is_text_encoding else None


def _detected(pieces: Iterator[bytes]) -> str:
    """UTF-8 if the whole text is that; else what explains the first stretches beyond ASCII, wherever they stand."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    sample = b""
    for piece in pieces:
        if not piece.isascii() and len(sample) < SAMPLE_BYTES:
            sample += b"\n".join(line for line in piece.splitlines() if not line.isascii())[:SAMPLE_BYTES]
        try:
            decoder.decode(piece)
        except UnicodeDecodeError:
            return _guessed(sample)
    return "utf-8"


def _guessed(sample: bytes) -> str:
    best = from_bytes(sample).best()
    if best is None:
        raise NotText("no charset explains its bytes; name one in the server's Content-Type")
    return _WIDER.get(codecs.lookup(best.encoding).name, best.encoding)


def characters(pieces: Iterator[bytes], charset: str) -> Iterator[str]:
    """The text in pieces; `NotText` where too much of it is not in that charset."""
    decoder = codecs.getincrementaldecoder(charset)("replace")
    seen = replaced = 0
    for piece in pieces:
        text = decoder.decode(piece)
        seen += len(text)
        replaced += text.count("\ufffd")
        _check(seen, replaced, charset)
        yield text
    yield decoder.decode(b"", final=True)


def _check(seen: int, replaced: int, charset: str) -> None:
    if replaced > 10 and replaced > MAX_REPLACED_SHARE * seen:
        raise NotText(f"{replaced / seen:.0%} of it cannot be read as {charset.removesuffix('-sig')}")
