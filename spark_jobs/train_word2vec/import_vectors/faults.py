"""What is wrong with a file of vectors, said with its line or word."""

MAX_SHOWN = 60


class NotVectors(Exception):
    """The file cannot be read as vectors; the message says where and why."""


class TooManyVectors(Exception):
    """More words or numbers than the operator allows; the message has the figures."""


def shown(word: bytes) -> str:
    """A word of a stranger's file, short and printable."""
    text = word[:MAX_SHOWN].decode("utf-8", "replace")
    return "'" + "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text) + "'"
