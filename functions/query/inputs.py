"""What `query` takes beyond questions themselves."""

from ophicleide.names import ModelId, ModelRef
from ophicleide.ports import Page
from ophicleide.values import Value


class ListQueries(Page):
    """Kept answers of one model, or of all."""

    model: ModelRef | None = None


class GetQuery(Value):
    id: ModelId
