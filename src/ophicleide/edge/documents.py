"""What callers see of a value: JSON types, without what is private."""

from typing import Any

from ophicleide.domain.aliases import PRIVATE_ALIAS_FIELDS, Alias
from ophicleide.domain.models import PRIVATE_FIELDS, Model
from ophicleide.domain.ports import AliasPage, ModelPage
from ophicleide.domain.values import Value


def document(value: Value) -> dict[str, Any]:
    match value:
        case Model():
            shown = value.model_dump(mode="json", exclude=set(PRIVATE_FIELDS))
            return shown if value.vectors is None else {**shown, "parameters": None}  # nothing was trained by them
        case ModelPage():
            return {"models": [document(model) for model in value.models], "next_cursor": value.next_cursor}
        case Alias():
            return value.model_dump(mode="json", exclude=set(PRIVATE_ALIAS_FIELDS))
        case AliasPage():
            return {"aliases": [document(alias) for alias in value.aliases], "next_cursor": value.next_cursor}
    return value.model_dump(mode="json")
