"""How models and queries look as documents, and back again.

A document has the fields of its value, `id` as `_id` and without what is None.
Unknown fields are passed over on reading, so that an older revision reads what a newer one wrote.
"""

from datetime import datetime
from typing import Any, TypeVar, cast

from pydantic import ValidationError

from ophicleide.domain.forms import DEFAULT_KIND, KEPT, KeptQuery
from ophicleide.domain.lifecycle import Transition
from ophicleide.domain.models import Model
from ophicleide.domain.values import Value

V = TypeVar("V", bound=Value)
Document = dict[str, Any]


def of_model(model: Model) -> Document:
    """`label_pairs` repeats the labels in the one form that a plain index over an array can find."""
    document = _of(model)
    document["label_pairs"] = [label_pair(key, value) for key, value in model.labels.items()]
    return document


def of_query(query: KeptQuery, idempotency_key: str | None) -> Document:
    document = _of(query)
    if idempotency_key is not None:
        document["idempotency_key"] = idempotency_key
    return document


def to_model(document: Document) -> Model:
    return _to(Model, document)


def to_query(document: Document) -> KeptQuery:
    return cast(KeptQuery, _to(KEPT[document.get("kind", DEFAULT_KIND)], document))


def label_pair(key: str, value: str) -> str:
    return f"{key}={value}"


def update_of(transition: Transition) -> Document:
    """The update operators that make the transition's changes in one document."""
    changes = _milliseconds(transition.model_dump()["changes"])
    if transition.outcome is None:
        return {"$set": changes}
    entry = _milliseconds(transition.outcome.model_dump())
    if "outbox" in changes:
        changes["outbox"] = [*changes["outbox"], entry]
        return {"$set": changes}
    return {"$set": changes, "$push": {"outbox": entry}}


def _of(value: Model | KeptQuery) -> Document:
    fields = _milliseconds({key: field for key, field in value.model_dump().items() if field is not None})
    return {"_id": fields.pop("id"), **fields}


def _to(kind: type[V], document: Document) -> V:
    fields = {**document, "id": document["_id"]}
    try:
        return kind.model_validate(fields, extra="ignore")
    except ValidationError as error:
        raise RuntimeError(f"the stored {kind.__name__.lower()} {document['_id']} cannot be read") from error


def _milliseconds(value: Any) -> Any:
    """The value with its times cut to what the store keeps of them."""
    if isinstance(value, datetime):
        return value.replace(microsecond=value.microsecond // 1000 * 1000)
    if isinstance(value, dict):
        return {key: _milliseconds(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_milliseconds(item) for item in value]
    return value
