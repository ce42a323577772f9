"""Fractions and seconds left, on a clock that the test turns."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from ophicleide.domain.models import Phase, Progress
from ophicleide.domain.training import Algorithm, TrainingParameters
from spark_jobs.train_word2vec.costs import FILE_NAME, Costs, Work, learnt, seconds_per_word
from spark_jobs.train_word2vec.progress import ProgressBoard

DEFAULTS = TrainingParameters()


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def board_of(clock: Clock, *, urls: int = 1, costs: Costs | None = None) -> ProgressBoard:
    return ProgressBoard(urls, DEFAULTS, clock, costs or Costs())


def trained_half(clock: Clock) -> ProgressBoard:
    """Four seconds before training, as planned; then half of a million words in ten seconds."""
    board = board_of(clock)
    clock.now += 4
    board.enter(Phase.TRAINING)
    board.expect_words(100_000, 10)
    board.words_done(0)
    clock.now += 10
    board.words_done(500_000)
    return board


def test_speed_and_seconds_left_are_measured(clock: Clock) -> None:
    progress = trained_half(clock).snapshot()

    assert progress.words_per_second == 50_000
    assert progress.seconds_left == pytest.approx(10, abs=3)
    assert progress.fraction == pytest.approx(14 / 26, abs=0.05)


def test_seconds_left_run_down_between_reports(clock: Clock) -> None:
    board = trained_half(clock)
    before = board.snapshot().seconds_left
    clock.now += 4

    assert before is not None
    assert board.snapshot().seconds_left == pytest.approx(before - 4)


def test_imports_before_the_first_word_do_not_slow_the_measured_speed(clock: Clock) -> None:
    board = board_of(clock)
    board.enter(Phase.TRAINING)
    board.expect_words(1000, 1)
    clock.now += 60
    board.words_done(0)
    clock.now += 1
    board.words_done(100)

    assert board.snapshot().words_per_second == 100


def test_the_fraction_never_falls(clock: Clock) -> None:
    board = board_of(clock)
    clock.now += 30
    before = board.snapshot().fraction
    board.heard({"url": "a", "received": 10, "expected": 10_000_000_000})

    assert board.snapshot().fraction >= before


def test_a_larger_text_is_expected_to_take_longer(clock: Clock) -> None:
    small, large = (board_of(clock) for _ in range(2))
    clock.now += 5
    small.heard({"url": "a", "received": 10, "expected": 1_000_000})
    large.heard({"url": "a", "received": 10, "expected": 1_000_000_000})

    assert large.snapshot().fraction < small.snapshot().fraction / 10


def test_nothing_is_said_of_the_time_left_before_a_size_is_known(clock: Clock) -> None:
    board = board_of(clock)
    assert board.snapshot().seconds_left is None

    board.heard({"url": "a", "received": 10, "expected": 1_000_000})

    assert board.snapshot().seconds_left is not None


def test_seconds_of_every_phase_add_up(clock: Clock) -> None:
    board = board_of(clock)
    for phase in (Phase.FETCHING, Phase.COUNTING):
        clock.now += 2
        board.enter(phase)
    clock.now += 3

    assert board.seconds_by_phase() == {"starting": 2, "fetching": 2, "counting": 3}


SIX = {f"http://a/{n}.gz": size for n, size in enumerate((350_000, 320_000, 290_000, 200_000, 180_000, 160_000))}
ONE = {"http://a/all.gz": sum(SIX.values())}
WORDS, EPOCHS = 700_000, 12
STEP = 0.02


def run(clock: Clock, board: ProgressBoard, texts: dict[str, int], speed: float) -> Iterator[Progress]:
    """A run of gzipped novels as one was recorded, `speed` times as fast; a snapshot fifty times a second."""

    def passing(seconds: float) -> Iterator[Progress]:
        for _ in range(round(seconds / speed / STEP)):
            clock.now += STEP
            yield board.snapshot()

    yield from passing(3.5)
    board.enter(Phase.FETCHING)
    yield from passing(0.3)
    for url, size in texts.items():
        board.heard({"url": url, "received": size, "expected": size, "packed": True})
        parts = round(size * 2.6 / 250_000)
        for part in range(1, parts + 1):
            yield from passing(6 * size / 1.5e6 / parts)
            board.heard({"url": url, "text_bytes": size * 2.6 * part / parts})
    board.expect_words(WORDS, EPOCHS)
    board.enter(Phase.COUNTING)
    yield from passing(1.2)
    board.enter(Phase.TRAINING)
    yield from passing(2.2)
    board.words_done(0)
    for part in range(1, 25):
        yield from passing(0.75 * (1.1 if part % 3 else 0.9))
        board.words_done(WORDS * EPOCHS * part // 24)
    board.enter(Phase.CHECKING)
    yield from passing(1.0)
    board.enter(Phase.PUBLISHING)
    yield from passing(0.6)


def errors(snapshots: list[Progress]) -> list[float]:
    """Of the whole time that fraction and time left amount to, as a share of the true one, from a tenth of the way on."""
    total = len(snapshots) * STEP
    late = [(STEP * (n + 1), progress) for n, progress in enumerate(snapshots) if n >= len(snapshots) / 10]
    return [abs(at + progress.seconds_left - total) / total for at, progress in late if progress.seconds_left]


def known_machine(clock: Clock, texts: dict[str, int], speed: float) -> Costs:
    """Costs as five such jobs have taught them."""
    costs = Costs()
    for _ in range(5):
        board = board_of(clock, urls=len(texts), costs=costs)
        list(run(clock, board, texts, speed))
        costs = board.costs_now()
    return costs


@pytest.mark.parametrize("speed", [0.5, 1.0, 3.0])
@pytest.mark.parametrize(("texts", "told"), [(ONE, 0.87), (SIX, 0.65)])
def test_on_a_machine_that_is_known_the_time_left_is_true_as_soon_as_sizes_are_known(
    clock: Clock, texts: dict[str, int], told: float, speed: float
) -> None:
    costs = known_machine(clock, texts, speed)

    snapshots = list(run(clock, board_of(clock, urls=len(texts), costs=costs), texts, speed))

    assert len(errors(snapshots)) > told * len(snapshots)
    assert max(errors(snapshots)) < 0.2
    fractions = [progress.fraction for progress in snapshots]
    assert max(after - before for before, after in pairwise(fractions)) < 0.05
    assert max(abs(f - (n + 1) / len(snapshots)) for n, f in enumerate(fractions) if n > len(fractions) / 10) < 0.2


@pytest.mark.parametrize("speed", [0.4, 3.0])
def test_on_a_strange_machine_it_is_true_once_learning_has_a_speed(clock: Clock, speed: float) -> None:
    snapshots = list(run(clock, board_of(clock, urls=6), SIX, speed))

    measured = [n for n, progress in enumerate(snapshots) if progress.words_per_second]
    late = snapshots[measured[len(measured) // 20] :]
    total = len(snapshots) * STEP
    assert all(
        abs(total - (len(snapshots) - len(late) + n + 1) * STEP - (progress.seconds_left or 0)) < 0.2 * total
        for n, progress in enumerate(late)
    )


@pytest.mark.parametrize("speed", [0.2, 0.4])
def test_on_a_slow_machine_that_is_strange_the_fraction_does_not_run_ahead(clock: Clock, speed: float) -> None:
    snapshots = list(run(clock, board_of(clock, urls=6), SIX, speed))

    ahead = [progress.fraction - (n + 1) / len(snapshots) for n, progress in enumerate(snapshots)]
    assert max(ahead) < 0.3


def test_costs_are_kept_for_later_jobs_and_a_broken_file_is_no_trouble(tmp_path: Path) -> None:
    costs = replace(Costs(), starting=9.5)
    costs.keep(tmp_path / "new")

    assert Costs.read(tmp_path / "new") == costs
    for broken in ("", "[]", '{"starting": -1.0}', '{"nonsense": 1.0}', '{"starting": "x"}'):
        (tmp_path / FILE_NAME).write_text(broken)
        assert Costs.read(tmp_path) == Costs()
    assert Costs.read(tmp_path / "absent") == Costs()
    costs.keep(Path("/proc/nowhere"))


def test_a_job_of_a_few_seconds_teaches_nothing() -> None:
    took = dict.fromkeys(Phase, 1.0)

    assert learnt(Costs(), took, Work(100, 20, 100, 0.5), DEFAULTS) == Costs()
    assert learnt(Costs(), took, Work(10**7, 10**6, 10**7, 30.0), DEFAULTS) != Costs()


def test_more_work_for_a_word_takes_longer() -> None:
    cheap = seconds_per_word(TrainingParameters(algorithm=Algorithm.CBOW))

    assert cheap < seconds_per_word(DEFAULTS) < seconds_per_word(TrainingParameters(window=5))
    assert seconds_per_word(DEFAULTS) < seconds_per_word(TrainingParameters(hierarchical_softmax=True))
    assert seconds_per_word(DEFAULTS) < seconds_per_word(TrainingParameters(vector_size=300))
