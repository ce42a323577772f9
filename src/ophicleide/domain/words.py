"""How a word is spelt: one rule for the words that are learnt and the words that are asked for.

What a word is, and where it ends, is the tokeniser's affair.
"""

import unicodedata

PHRASE_MARK = "_"
"""Joins the words of a phrase; no word holds it."""

# What writers and typesetters put for an apostrophe, and what is invisible: soft hyphen, zero-width joiners, byte order mark.
_SPELLING = str.maketrans(
    dict.fromkeys("\u2019\u02bc\uff07", "'") | dict.fromkeys("\u00ad\u200b\u200c\u200d\u2060\ufeff")
)


def spelt(text: str) -> str:
    """The text in NFKC and lower case, with one kind of apostrophe and nothing invisible.

    Lower case rather than case folding: folding turns `straße` into `strasse`, which nobody looks up.
    """
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFKC", text).translate(_SPELLING).lower()


def forms_of(asked: str) -> tuple[str, ...]:
    """Forms under which a word that someone asks for may have been learnt: as given, as spelt, as a phrase."""
    known = spelt(asked)
    return tuple(dict.fromkeys((asked, known, PHRASE_MARK.join(known.split()))))
