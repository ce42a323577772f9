"""What models are called by: ids, names, references, URLs and labels, each with the check that makes it one.

They are types for the fields of values; what the values are is not said here.
"""

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, StringConstraints

from ophicleide.domain.ids import ID, is_id

__all__ = [
    "MAX_NAME_LENGTH",
    "MAX_URL_LENGTH",
    "LabelKey",
    "LabelValue",
    "ModelId",
    "ModelName",
    "ModelRef",
    "Url",
    "is_id",
]

MAX_NAME_LENGTH = 100
MAX_URL_LENGTH = 2048


def _checked_name(name: str) -> str:
    if is_id(name):
        raise ValueError("a name must not look like an id")
    if not name.isprintable() or "/" in name or name != name.strip():
        raise ValueError("use printable characters without '/' and without blanks at either end")
    return name


def _checked_url(url: str) -> str:
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise ValueError(f"not a URL: {error}") from error
    if parts.scheme not in ("http", "https"):
        raise ValueError("only http:// and https:// URLs are read")
    if not host:
        raise ValueError("the URL names no host")
    if parts.username is not None or parts.password is not None:
        raise ValueError("leave user and password out of the URL: it is shown with the model")
    if not url.isascii() or any(c.isspace() or not c.isprintable() for c in url):
        raise ValueError("percent-encode blanks and characters beyond ASCII")
    return url


def _checked_label(value: str) -> str:
    if not value.isprintable():
        raise ValueError("use printable characters")
    return value


ModelId = Annotated[str, StringConstraints(pattern=rf"^{ID.pattern}$")]
ModelName = Annotated[str, StringConstraints(min_length=1, max_length=MAX_NAME_LENGTH), AfterValidator(_checked_name)]
ModelRef = Annotated[
    str,
    StringConstraints(min_length=1, max_length=MAX_NAME_LENGTH),
    Field(description="A model's id, or a name: the newest ready model of that name."),
]
Url = Annotated[
    str,
    StringConstraints(min_length=1, max_length=MAX_URL_LENGTH),
    AfterValidator(_checked_url),
    # For readers of the contract; `_checked_url` decides, and takes a little more, such as IPv6 addresses.
    Field(json_schema_extra={"pattern": r"^https?://[A-Za-z0-9.-]+(:[0-9]{1,4})?(/[!-~]*)?$"}),
]
LabelKey = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9]([A-Za-z0-9_-]{0,61}[A-Za-z0-9])?$")]
LabelValue = Annotated[str, StringConstraints(max_length=63), AfterValidator(_checked_label)]
