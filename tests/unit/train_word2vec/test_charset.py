"""The charset of a text is found as browsers find it, and by detection where nobody says."""

import pytest

from spark_jobs.train_word2vec.charset import characters, charset_of
from spark_jobs.train_word2vec.unpack import NotText

GERMAN = "Über Straßen und Brücken führt der Weg, größer als früher, hinüber nach Köln.\n" * 40
RUSSIAN = "Все счастливые семьи похожи друг на друга, каждая несчастливая семья несчастлива по-своему.\n" * 40


def read(body: bytes, content_type: str | None = None) -> str:
    charset = charset_of(iter([body]), content_type)
    return "".join(characters(iter([body]), charset))


@pytest.mark.parametrize("mark", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_byte_order_mark_outweighs_what_is_declared(mark: str) -> None:
    assert read(GERMAN.encode(mark), "text/plain; charset=iso-8859-5") == GERMAN


@pytest.mark.parametrize(
    ("charset", "text"),
    [("iso-8859-15", GERMAN), ("koi8-r", RUSSIAN), ("windows-1251", RUSSIAN), ("UTF-16LE", RUSSIAN)],
)
def test_the_declared_charset_is_used(charset: str, text: str) -> None:
    assert read(text.encode(charset), f'text/plain; charset="{charset}"') == text


def test_latin_1_means_windows_1252_as_in_browsers() -> None:
    assert read("“quoted”".encode("cp1252"), "text/plain; charset=ISO-8859-1") == "“quoted”"


def test_a_page_may_declare_its_charset_itself() -> None:
    page = f'<html><head><meta charset="windows-1251"></head><body>{RUSSIAN}</body></html>'

    assert RUSSIAN in read(page.encode("cp1251"), "text/html")


@pytest.mark.parametrize("declared", [None, "text/plain; charset=no-such-charset", "text/plain; charset=base64"])
def test_utf_8_is_recognised_where_no_usable_charset_is_declared(declared: str | None) -> None:
    assert read(RUSSIAN.encode(), declared) == RUSSIAN


@pytest.mark.parametrize(("charset", "text"), [("cp1252", GERMAN), ("cp1251", RUSSIAN), ("koi8-r", RUSSIAN)])
def test_an_undeclared_charset_is_detected(charset: str, text: str) -> None:
    assert read(text.encode(charset)) == text


def test_letters_beyond_ascii_are_detected_wherever_they_stand() -> None:
    body = [b"plain ascii words\n" * 50_000, GERMAN.encode("cp1252")]

    charset = charset_of(iter(body), None)

    assert "".join(characters(iter(body), charset)).endswith(GERMAN)


def test_a_character_split_between_pieces_is_whole() -> None:
    body = RUSSIAN.encode()
    pieces = [body[i : i + 7] for i in range(0, len(body), 7)]

    assert "".join(characters(iter(pieces), "utf-8")) == RUSSIAN


@pytest.mark.parametrize(
    ("body", "content_type", "reason"),
    [
        (b"....", "image/png", "image/png"),
        (b"....", "application/pdf", "application/pdf"),
        (bytes(range(256)) * 20, None, "zero bytes"),
    ],
)
def test_what_is_no_text_is_refused_with_a_reason(body: bytes, content_type: str | None, reason: str) -> None:
    with pytest.raises(NotText, match=reason):
        read(body, content_type)


def test_a_wrongly_declared_charset_is_told_and_not_learnt_from() -> None:
    with pytest.raises(NotText, match="cannot be read as utf-8"):
        read(RUSSIAN.encode("koi8-r"), "text/plain; charset=utf-8")
