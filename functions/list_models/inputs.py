"""What `list_models` takes and tells beyond models themselves."""

from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

from ophicleide.domain.models import VISIBLE, ModelStatus
from ophicleide.domain.names import MAX_NAME_LENGTH, ModelRef
from ophicleide.domain.ports import Page
from ophicleide.domain.values import Value


def _visible(status: Any) -> Any:
    names = sorted(VISIBLE)
    if status not in names:
        raise ValueError(f"must be one of {', '.join(names)}")
    return status


def _pairs(labels: tuple[str, ...]) -> tuple[str, ...]:
    keys = [label.partition(":")[0] for label in labels]
    if len(set(keys)) < len(keys):
        raise ValueError("a key is given twice, and no model bears both")
    return labels


def _printable(label: str) -> str:
    if not label.isprintable():
        raise ValueError("use printable characters")
    return label


# Before pydantic's own check, which would name the tombstone among what is allowed.
VisibleStatus = Annotated[ModelStatus, BeforeValidator(_visible)]
LabelPair = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9]([A-Za-z0-9_-]{0,61}[A-Za-z0-9])?:.{0,63}$"),
    AfterValidator(_printable),
]


class ListModels(Page):
    """Every given field narrows the list."""

    status: VisibleStatus | None = None
    name: Annotated[str | None, Field(min_length=1, max_length=MAX_NAME_LENGTH)] = None
    label: Annotated[
        tuple[LabelPair, ...],
        Field(max_length=16, description="Pairs `key:value`; a model must bear all of them."),
        AfterValidator(_pairs),
    ] = ()

    @property
    def labels(self) -> dict[str, str]:
        pairs = (pair.partition(":") for pair in self.label)
        return {key: value for key, _, value in pairs}


class GetModel(Value):
    model: ModelRef


class GetService(Value):
    """Nothing to ask."""


class Service(Value):
    """What answers here."""

    name: str
    version: str
    training_queue: Annotated[int, Field(ge=0, description="Models that are pending or training.")]
