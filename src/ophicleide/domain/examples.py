"""How a word and its weight are written as one text, where only texts can be: query strings and command lines."""

import re

_WEIGHTED = re.compile(r"(.+):([0-9]{1,9}(?:\.[0-9]{1,9})?)", re.DOTALL)


def from_text(text: str) -> dict[str, str | float]:
    """`word` or `word:weight`; a word that itself ends in a colon and a number is written with its weight."""
    found = _WEIGHTED.fullmatch(text)
    return {"word": found[1], "weight": float(found[2])} if found else {"word": text}
