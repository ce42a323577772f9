"""What every value object of the domain shares: frozen, and strict about fields it does not know."""

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict


class Value(BaseModel):
    """An immutable value; an unknown field is an error, so a typing mistake never goes unnoticed."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


@dataclass(frozen=True)
class OneOf:
    """A value of one of several classes, told by the text in a field; `default` is meant where the field is not given.

    `name` is what the contract calls it.
    """

    name: str
    field: str
    classes: Mapping[str, type[Value]]
    default: str
