"""What callers see of a value: JSON types, without what is private."""

from typing import Any

from ophicleide.models import PRIVATE_FIELDS, Model
from ophicleide.ports import ModelPage
from ophicleide.values import Value


def document(value: Value) -> dict[str, Any]:
    match value:
        case Model():
            return value.model_dump(mode="json", exclude=set(PRIVATE_FIELDS))
        case ModelPage():
            return {"models": [document(model) for model in value.models], "next_cursor": value.next_cursor}
    return value.model_dump(mode="json")
