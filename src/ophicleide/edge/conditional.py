"""Whether an answer that a caller has at hand still holds (RFC 9110, sections 8.8.3 and 13.1.2)."""

import re

_TAG = re.compile(r'(?:W/)?("[\x21\x23-\x7E\x80-\xFF]*")')
_LIST = re.compile(rf"[ \t,]*{_TAG.pattern}(?:[ \t]*(?:,[ \t]*)+{_TAG.pattern})*[ \t,]*")


def still_holds(tag: str, if_none_match: str | None) -> bool:
    """Whether the header names the tag, compared weakly as the header asks for; `*` names every tag. Nonsense names none."""
    given = (if_none_match or "").strip()
    if given == "*":
        return True
    if not _LIST.fullmatch(given):
        return False
    return tag.removeprefix("W/") in _TAG.findall(given)
