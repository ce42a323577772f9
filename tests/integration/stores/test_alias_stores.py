"""What every alias store must keep to, and the model store that follows its pins."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from ophicleide.domain.aliases import Alias, pointed
from ophicleide.domain.lifecycle import delete
from ophicleide.domain.ports import AliasStore, ModelStore, Page
from ophicleide.system import uuid7
from tests.builders import NOW, a_model

THREADS = 8
Stores = tuple[AliasStore, ModelStore]


def an_alias(name: str | None = None, model_id: str | None = None) -> Alias:
    return pointed(None, name or f"alias {uuid7()[:35]}", model_id or uuid7(), now=NOW, key="k")


def moved(alias: Alias, model_id: str | None) -> Alias:
    return pointed(alias, alias.name, model_id, now=NOW, key=None)


def test_an_alias_comes_back_as_it_was(named: Stores) -> None:
    aliases, _ = named
    alias = moved(moved(an_alias(f"$Ἰλιάς.{uuid7()[:30]}"), uuid7()), None)
    assert aliases.put(alias, None)
    assert aliases.get(alias.name) == alias


def test_a_name_that_was_never_pinned_has_none(named: Stores) -> None:
    aliases, models = named
    assert aliases.get("nobody") is None
    assert models.pinned("nobody") is None


def test_only_the_next_revision_is_kept(named: Stores) -> None:
    aliases, _ = named
    first = an_alias()
    second = moved(first, uuid7())
    assert aliases.put(first, None)
    assert not aliases.put(second, None)
    assert not aliases.put(second, 7)
    assert aliases.put(second, first.revision)
    assert not aliases.put(moved(first, uuid7()), first.revision)
    assert aliases.get(first.name) == second


@pytest.mark.parametrize("revision", [None, 1])
def test_of_many_writers_one_gets_through(named: Stores, revision: int | None) -> None:
    aliases, _ = named
    alias, start = an_alias(), Barrier(THREADS)
    if revision:
        aliases.put(alias, None)

    def write(_: int) -> bool:
        start.wait(timeout=30)
        return aliases.put(moved(alias, uuid7()), revision)

    with ThreadPoolExecutor(THREADS) as pool:
        assert sum(pool.map(write, range(THREADS))) == 1


def test_pages_hold_pinned_names_in_order(named: Stores) -> None:
    aliases, _ = named
    mark = f"page {uuid7()[:30]}"
    for name in ("b", "a", "c", "d"):
        aliases.put(an_alias(f"{mark}{name}"), None)
    aliases.put(moved(an_alias(f"{mark}bb"), None), None)
    first = aliases.find(Page(limit=2, cursor=mark))
    second = aliases.find(Page(limit=2, cursor=first.next_cursor))
    assert [alias.name[-1] for alias in (*first.aliases, *second.aliases)] == ["a", "b", "c", "d"]


def test_a_pin_leads_to_its_model_even_a_deleted_one(named: Stores) -> None:
    aliases, models = named
    model = models.add(a_model())
    alias = an_alias(model_id=model.id)
    aliases.put(alias, None)
    assert models.pinned(alias.name) == model
    deleted = models.change(model.id, 1, delete(now=NOW))
    assert models.pinned(alias.name) == deleted


def test_a_name_that_was_let_go_leads_nowhere(named: Stores) -> None:
    aliases, models = named
    alias = an_alias(model_id=models.add(a_model()).id)
    aliases.put(moved(alias, None), None)
    assert models.pinned(alias.name) is None
