"""What every value object of the domain shares: frozen, and strict about fields it does not know."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict


def _encodable(text: str) -> str:
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise ValueError("the text holds half of a surrogate pair, which is not Unicode")
    return text


Text = Annotated[str, AfterValidator(_encodable)]
"""Text that UTF-8 can carry; JSON's escapes can spell some that it cannot."""


class Value(BaseModel):
    """An immutable value; an unknown field is an error, so a typing mistake never goes unnoticed."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)
