"""Triggers as manifests say them: filters, delivery, and what the ones in the repository ask for."""

from pathlib import Path

import pytest
import yaml

from ophicleide.domain.events import RequestType
from ophicleide.runner import functions
from ophicleide.runner.refusal import CannotStart
from ophicleide.runner.triggers import Trigger, read

EVENT = {"type": "a.b.c", "source": "/x/y", "id": "1", "specversion": "1.0", "mine": "yes"}


def triggers(folder: Path, spec: dict[str, object], broker: dict[str, object] | None = None) -> list[Trigger]:
    subscriber = {"ref": {"kind": "Service", "name": "create-model"}}
    documents = [
        {"kind": "Broker", "metadata": {"name": "default"}, "spec": broker or {}},
        {"kind": "Trigger", "metadata": {"name": "t"}, "spec": {"broker": "default", "subscriber": subscriber, **spec}},
    ]
    (folder / "t.yaml").write_text(yaml.safe_dump_all(documents))
    return read(folder)


@pytest.mark.parametrize(
    ("part", "wanted"),
    [
        ({"exact": {"type": "a.b.c"}}, True),
        ({"exact": {"type": "a.b"}}, False),
        ({"exact": {"type": "a.b.c", "mine": "no"}}, False),
        ({"exact": {"absent": ""}}, False),
        ({"prefix": {"type": "a.b."}}, True),
        ({"prefix": {"type": "b"}}, False),
        ({"suffix": {"source": "/y"}}, True),
        ({"suffix": {"source": "/x"}}, False),
        ({"all": [{"exact": {"mine": "yes"}}, {"prefix": {"type": "a"}}]}, True),
        ({"all": [{"exact": {"mine": "yes"}}, {"prefix": {"type": "b"}}]}, False),
        ({"any": [{"exact": {"mine": "no"}}, {"prefix": {"type": "a"}}]}, True),
        ({"any": [{"exact": {"mine": "no"}}, {"prefix": {"type": "b"}}]}, False),
        ({"not": {"exact": {"mine": "no"}}}, True),
        ({"not": {"exact": {"mine": "yes"}}}, False),
    ],
)
def test_a_filter_wants_what_its_dialect_says(tmp_path: Path, part: dict[str, object], wanted: bool) -> None:
    (trigger,) = triggers(tmp_path, {"filters": [part]})
    assert trigger.wants(EVENT) is wanted


def test_all_filters_of_a_trigger_must_hold(tmp_path: Path) -> None:
    (trigger,) = triggers(tmp_path, {"filters": [{"exact": {"mine": "yes"}}, {"exact": {"type": "other"}}]})
    assert not trigger.wants(EVENT)


@pytest.mark.parametrize(
    ("attributes", "wanted"),
    [({}, True), ({"type": "a.b.c"}, True), ({"type": "", "mine": ""}, True), ({"absent": ""}, False)],
)
def test_the_older_filter_takes_an_empty_text_for_any(tmp_path: Path, attributes: dict[str, str], wanted: bool) -> None:
    (trigger,) = triggers(tmp_path, {"filter": {"attributes": attributes}})
    assert trigger.wants(EVENT) is wanted


def test_a_trigger_without_filter_wants_everything(tmp_path: Path) -> None:
    (trigger,) = triggers(tmp_path, {})
    assert trigger.wants(EVENT)
    assert trigger.function == "create_model"


def test_a_filter_that_the_runner_does_not_know_is_told(tmp_path: Path) -> None:
    with pytest.raises(CannotStart, match="Trigger t: the local runner knows no filter 'cesql'"):
        triggers(tmp_path, {"filters": [{"cesql": "type = 'a'"}]})


def test_a_trigger_delivers_as_its_broker_says_unless_it_says_so_itself(tmp_path: Path) -> None:
    broker = {"delivery": {"retry": 2, "backoffDelay": "PT1.5S", "backoffPolicy": "linear", "timeout": "PT1M"}}
    (trigger,) = triggers(tmp_path, {"delivery": {"retry": 7}}, broker)
    assert (trigger.delivery.retry, trigger.delivery.timeout_seconds) == (7, 60)
    assert [trigger.delivery.pause_seconds(n) for n in (1, 2, 3)] == [1.5, 3, 4.5]


def test_pauses_double_by_default(tmp_path: Path) -> None:
    (trigger,) = triggers(tmp_path, {})
    assert [trigger.delivery.pause_seconds(n) for n in (1, 2, 3)] == [0.2, 0.4, 0.8]
    assert trigger.delivery.retry == 10


def test_every_request_event_has_one_function_in_the_repositorys_manifests() -> None:
    found = read(Path("knative/base"))
    takers = {kind: [t.function for t in found if t.wants({**EVENT, "type": kind})] for kind in RequestType}
    assert takers == {
        RequestType.CREATE_MODEL: ["create_model"],
        RequestType.DELETE_MODEL: ["delete_model"],
        RequestType.LIST_MODELS: ["list_models"],
        RequestType.QUERY: ["query"],
        RequestType.SET_ALIAS: ["set_alias"],
        RequestType.CLEAR_ALIAS: ["set_alias"],
    }
    assert {t.function for t in found} <= set(functions.names(Path()))
