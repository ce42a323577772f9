"""How a list is cut into pages that stay stable while documents are added: a cursor is the last id that was shown."""

from collections.abc import Sequence
from typing import TypeVar

from ophicleide.domain.errors import FieldProblem, InvalidRequest
from ophicleide.domain.forms import KeptQuery
from ophicleide.domain.models import Model
from ophicleide.domain.names import is_id
from ophicleide.domain.ports import Page

Item = TypeVar("Item", Model, KeptQuery)


def last_seen(page: Page) -> str | None:
    """The id below which the page starts; `InvalidRequest` for a cursor that no page ever gave."""
    if page.cursor is not None and not is_id(page.cursor):
        raise InvalidRequest([FieldProblem("/cursor", "give the next_cursor of an earlier page, unchanged")])
    return page.cursor


def cut(items: Sequence[Item], limit: int) -> tuple[tuple[Item, ...], str | None]:
    """The page and its next cursor, from one item more than the page holds, where there is one."""
    shown = tuple(items[:limit])
    return shown, shown[-1].id if len(items) > limit else None
