"""How a name's pointing changes: history, revisions, and changes that come twice or late."""

from datetime import timedelta

from ophicleide.domain.aliases import MAX_HISTORY, Alias, Pin, pointed
from ophicleide.system import uuid7
from tests.builders import NOW

FIRST, SECOND = uuid7(), uuid7()
LATER = NOW + timedelta(hours=1)


def pinned(model_id: str = FIRST, key: str | None = None) -> Alias:
    return pointed(None, "prod", model_id, now=NOW, key=key)


def test_a_first_pin_has_no_history() -> None:
    assert pinned() == Alias(name="prod", model_id=FIRST, since=NOW, history=(), revision=1)


def test_a_move_tells_where_the_name_pointed_before() -> None:
    moved = pointed(pinned(), "prod", SECOND, now=LATER, key=None)
    assert (moved.model_id, moved.since, moved.revision) == (SECOND, LATER, 2)
    assert moved.history == (Pin(model_id=FIRST, since=NOW),)


def test_letting_go_is_a_change_like_any_other() -> None:
    gone = pointed(pinned(), "prod", None, now=LATER, key=None)
    again = pointed(gone, "prod", FIRST, now=LATER, key=None)
    assert (gone.model_id, gone.history[0].model_id) == (None, FIRST)
    assert [pin.model_id for pin in again.history] == [None, FIRST]


def test_pointing_where_it_points_changes_nothing() -> None:
    alias = pinned()
    assert pointed(alias, "prod", FIRST, now=LATER, key=None) is alias


def test_a_change_that_comes_late_again_is_not_made_again() -> None:
    alias = pinned(key="a")
    moved = pointed(alias, "prod", SECOND, now=LATER, key="b")
    assert pointed(moved, "prod", FIRST, now=LATER, key="a") is moved


def test_a_change_that_changed_nothing_is_remembered_too() -> None:
    alias = pointed(pinned(key="a"), "prod", FIRST, now=LATER, key="b")
    moved = pointed(alias, "prod", SECOND, now=LATER, key="c")
    assert (alias.since, alias.history) == (NOW, ())
    assert pointed(moved, "prod", FIRST, now=LATER, key="b") is moved


def test_the_history_is_bounded() -> None:
    alias = pinned()
    for number in range(2 * MAX_HISTORY):
        alias = pointed(alias, "prod", (SECOND, FIRST)[number % 2], now=LATER, key=str(number))
    assert (len(alias.history), len(alias.keys), alias.revision) == (MAX_HISTORY, MAX_HISTORY, 2 * MAX_HISTORY + 1)
