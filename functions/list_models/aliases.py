"""Reading names that are or were pinned to a model."""

from dataclasses import dataclass

from ophicleide.domain.errors import AliasNotFound
from ophicleide.domain.names import ModelName
from ophicleide.domain.ports import AliasStore, Page
from ophicleide.domain.values import Value
from ophicleide.edge.operation import Call, Operation, Outcome


class ListAliases(Page):
    """Every name that is pinned, in pages."""


class GetAlias(Value):
    name: ModelName


@dataclass(frozen=True)
class AliasListing:
    aliases: AliasStore

    def operations(self) -> tuple[Operation, ...]:
        return (
            Operation("list_aliases", "GET", "/aliases", ListAliases, self.list_aliases),
            Operation("get_alias", "GET", "/aliases/{name}", GetAlias, self.get_alias),
        )

    def list_aliases(self, request: ListAliases, _call: Call) -> Outcome:
        return Outcome(self.aliases.find(Page(limit=request.limit, cursor=request.cursor)))

    def get_alias(self, request: GetAlias, _call: Call) -> Outcome:
        if (alias := self.aliases.get(request.name)) is None:
            raise AliasNotFound(
                f"The name '{request.name}' was never pinned. Where models bear it, it stands for the newest ready one."
            )
        return Outcome(alias, subject=alias.model_id)
