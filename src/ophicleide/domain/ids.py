"""What an id looks like; names never look so. No pydantic here, for the shortest answers ask this too."""

import re

ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def is_id(text: str) -> bool:
    """Whether the text has the form of an id (a lower-case UUID, RFC 9562)."""
    return ID.fullmatch(text) is not None
