"""What every model store must keep to."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from ophicleide.domain.errors import InvalidRequest
from ophicleide.domain.lifecycle import Transition, delete, fail, heartbeat, publish, start
from ophicleide.domain.models import Failure, FailureCode, Model, ModelStatus, Phase, Progress
from ophicleide.domain.ports import ModelFilter, ModelStore, Page
from ophicleide.system import uuid7
from tests.builders import NOW, a_model, a_result

THREADS = 12


def started(models: ModelStore, **fields: object) -> Model:
    model = models.add(a_model(**fields))  # type: ignore[arg-type]
    training = models.change(model.id, 1, start(now=NOW, lease_seconds=45))
    assert training is not None
    return training


def ready(models: ModelStore, **fields: object) -> Model:
    model = started(models, **fields)
    published = models.change(model.id, 1, publish(model, a_result(), now=NOW))
    assert published is not None
    return published


def failure(detail: str = "It broke.") -> Failure:
    return Failure(code=FailureCode.INTERNAL, detail=detail)


def test_an_added_model_comes_back_as_it_was(models: ModelStore) -> None:
    model = a_model(name="Ἰλιάς 📖", labels={"shelf": "a.b$c=d"}, parameters={"sample": 0.5, "epochs": 3})
    assert models.add(model) == model
    assert models.get(model.id) == model


def test_a_model_of_a_thousand_long_urls_is_kept(models: ModelStore) -> None:
    model = a_model(urls=tuple(f"https://example.com/{number}/{'x' * 2000}" for number in range(1000)))
    models.add(model)
    assert models.get(model.id) == model


@pytest.mark.parametrize("model_id", ["", "no id", "\ud800", "\0", "{'$gt': ''}"])
def test_text_that_is_no_id_finds_nothing(models: ModelStore, model_id: str) -> None:
    assert models.get(model_id) is None


def test_an_unknown_id_finds_nothing(models: ModelStore) -> None:
    assert models.get(uuid7()) is None


def test_the_same_key_gives_the_first_model_and_keeps_no_other(models: ModelStore) -> None:
    first = models.add(a_model(idempotency_key=uuid7()))
    second = a_model(idempotency_key=first.idempotency_key)
    assert models.add(second) == first
    assert models.get(second.id) is None


def test_the_key_of_a_deleted_model_gives_its_tombstone(models: ModelStore) -> None:
    first = models.add(a_model(idempotency_key=uuid7()))
    models.change(first.id, 1, delete(now=NOW))
    again = models.add(a_model(idempotency_key=first.idempotency_key))
    assert (again.id, again.status) == (first.id, ModelStatus.DELETED)


def test_models_without_a_key_do_not_meet(models: ModelStore) -> None:
    first, second = models.add(a_model()), models.add(a_model())
    assert models.get(first.id) == first
    assert models.get(second.id) == second


def test_adding_the_very_same_model_again_changes_nothing(models: ModelStore) -> None:
    training = started(models)
    again = models.add(a_model(model_id=training.id))
    assert again == training


def test_many_adding_with_one_key_at_once_all_get_one_model(models: ModelStore) -> None:
    key, barrier = uuid7(), Barrier(THREADS)

    def add(model: Model) -> str:
        barrier.wait()
        return models.add(model).id

    with ThreadPoolExecutor(THREADS) as pool:
        ids = set(pool.map(add, [a_model(idempotency_key=key) for _ in range(THREADS)]))
    assert len(ids) == 1
    assert models.get(ids.pop()) is not None


def test_a_change_that_is_expected_is_made_and_kept(models: ModelStore) -> None:
    model = models.add(a_model())
    changed = models.change(model.id, 1, start(now=NOW, lease_seconds=45))
    assert changed is not None
    assert changed.status is ModelStatus.TRAINING
    assert changed.progress == Progress(phase=Phase.STARTING, fraction=0)
    assert models.get(model.id) == changed


def test_a_result_comes_back_whole(models: ModelStore) -> None:
    published = ready(models)
    assert published.result is not None
    assert published.result.model_dump(exclude={"artifact"}) == a_result().model_dump(exclude={"artifact"})
    assert published.progress is None
    assert models.get(published.id) == published


def test_a_change_from_another_status_changes_nothing(models: ModelStore) -> None:
    published = ready(models)
    assert models.change(published.id, 1, fail(published, failure(), now=NOW)) is None
    assert models.get(published.id) == published


def test_a_change_by_another_attempt_changes_nothing(models: ModelStore) -> None:
    training = started(models)
    late = heartbeat(Progress(phase=Phase.TRAINING, fraction=0.5), now=NOW, lease_seconds=45)
    assert models.change(training.id, 2, late) is None
    assert models.get(training.id) == training


def test_a_change_of_an_unknown_model_changes_nothing(models: ModelStore) -> None:
    assert models.change(uuid7(), 1, delete(now=NOW)) is None


def test_of_many_changes_at_once_exactly_one_wins(models: ModelStore) -> None:
    training, barrier = started(models), Barrier(THREADS)

    def end(number: int) -> Model | None:
        barrier.wait()
        return models.change(training.id, 1, fail(training, failure(f"Thread {number}."), now=NOW))

    with ThreadPoolExecutor(THREADS) as pool:
        winners = [model for model in pool.map(end, range(THREADS)) if model is not None]
    assert len(winners) == 1
    assert models.get(training.id) == winners[0]
    assert len(winners[0].outbox) == 1


def test_publishing_never_survives_a_delete_at_the_same_time(models: ModelStore) -> None:
    training, barrier = started(models), Barrier(2)

    def change(transition: Transition) -> Model | None:
        barrier.wait()
        return models.change(training.id, 1, transition)

    with ThreadPoolExecutor(2) as pool:
        _, deleted = pool.map(change, [publish(training, a_result(), now=NOW), delete(now=NOW)])
    assert deleted is not None
    assert models.get(training.id) == deleted


def test_an_outcome_waits_in_the_outbox_until_it_is_settled(models: ModelStore) -> None:
    published = ready(models)
    (entry,) = published.outbox
    models.settle_outcome(published.id, "another")
    assert models.get(published.id) == published
    models.settle_outcome(published.id, entry.event_id)
    models.settle_outcome(published.id, entry.event_id)
    assert models.get(published.id) == published.model_copy(update={"outbox": ()})


def test_a_deleted_model_is_a_tombstone_with_nothing_left_to_tell(models: ModelStore) -> None:
    published = ready(models)
    models.change(published.id, 1, delete(now=NOW))
    tombstone = models.get(published.id)
    assert tombstone is not None
    assert (tombstone.status, tombstone.outbox) == (ModelStatus.DELETED, ())


def test_a_name_stands_for_its_newest_ready_model(models: ModelStore) -> None:
    name = f"name-{uuid7()[-12:]}"
    ready(models, name=name)
    newest_ready = ready(models, name=name)
    training = started(models, name=name)
    assert models.newest_ready(name) == newest_ready
    assert models.newest(name) == training


def test_a_deleted_model_has_no_name(models: ModelStore) -> None:
    published = ready(models, name=f"name-{uuid7()[-12:]}")
    models.change(published.id, 1, delete(now=NOW))
    assert models.newest_ready(published.name) is None
    assert models.newest(published.name) is None
    assert models.find(ModelFilter(name=published.name), Page()).models == ()


def test_every_given_field_narrows_the_list(models: ModelStore) -> None:
    shelf, name = uuid7(), f"name-{uuid7()[-12:]}"
    plain = models.add(a_model(name=name, labels={"shelf": shelf}))
    french = started(models, name=name, labels={"shelf": shelf, "language": "fr"})
    other = models.add(a_model(labels={"shelf": shelf, "language": "fr"}))

    def found(wanted: ModelFilter) -> list[Model]:
        return list(models.find(wanted, Page()).models)

    assert found(ModelFilter(labels={"shelf": shelf})) == [other, french, plain]
    assert found(ModelFilter(labels={"language": "fr", "shelf": shelf})) == [other, french]
    assert found(ModelFilter(labels={"shelf": shelf}, name=name)) == [french, plain]
    assert found(ModelFilter(labels={"shelf": shelf}, status=ModelStatus.TRAINING)) == [french]
    assert found(ModelFilter(labels={"shelf": f"not-{shelf}"})) == []


def test_deleted_models_are_not_listed_even_on_request(models: ModelStore) -> None:
    model = models.add(a_model(labels={"shelf": uuid7()}))
    models.change(model.id, 1, delete(now=NOW))
    assert models.find(ModelFilter(labels=model.labels), Page()).models == ()
    assert models.find(ModelFilter(labels=model.labels, status=ModelStatus.DELETED), Page()).models == ()


def test_pages_show_each_model_once_while_others_are_added(models: ModelStore) -> None:
    wanted = ModelFilter(labels={"shelf": uuid7()})
    kept = [models.add(a_model(labels=wanted.labels)) for _ in range(7)]
    seen: list[Model] = []
    page = models.find(wanted, Page(limit=3))
    seen += page.models
    while page.next_cursor:
        models.add(a_model(labels=wanted.labels))
        page = models.find(wanted, Page(limit=3, cursor=page.next_cursor))
        seen += page.models
    assert seen == kept[::-1]


def test_a_page_that_holds_the_rest_has_no_next(models: ModelStore) -> None:
    wanted = ModelFilter(labels={"shelf": uuid7()})
    for _ in range(3):
        models.add(a_model(labels=wanted.labels))
    assert models.find(wanted, Page(limit=3)).next_cursor is None


@pytest.mark.parametrize("cursor", ["", "next", "{}", "\0"])
def test_a_cursor_that_no_page_gave_is_the_callers_mistake(models: ModelStore, cursor: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        models.find(ModelFilter(), Page(cursor=cursor))
    assert [problem.pointer for problem in caught.value.problems] == ["/cursor"]


def test_models_are_counted_by_status(models: ModelStore) -> None:
    unfinished = {ModelStatus.PENDING, ModelStatus.TRAINING}
    before = models.count(unfinished)
    models.add(a_model())
    started(models)
    ready(models)
    assert models.count(unfinished) == before + 2
