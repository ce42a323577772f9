"""Slots with real processes that hold them: no more than there are, first come first served, freed by any death."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

PROGRAM = """
import pathlib, sys
from ophicleide.launchers.slots import wait_for_slot
folder, slots, ticket = pathlib.Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
def still_wanted():
    print("waiting", flush=True)
    return not (folder / (ticket + ".unwanted")).exists()
slot = wait_for_slot(folder, slots, ticket, still_wanted)
print("running" if slot is not None else "unwanted", flush=True)
sys.stdin.read()
"""

Start = Callable[[str], "subprocess.Popen[str]"]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    jobs: list[subprocess.Popen[str]] = []

    def start(ticket: str) -> "subprocess.Popen[str]":
        command = [sys.executable, "-c", PROGRAM, str(tmp_path), "1", ticket]
        jobs.append(subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True))
        return jobs[-1]

    yield start
    for job in jobs:
        job.kill()
        job.communicate()


def says(job: "subprocess.Popen[str]", word: str) -> bool:
    """Read what it says until it says the word; false where it ends without."""
    assert job.stdout
    return any(line.strip() == word for line in job.stdout)


def test_a_job_waits_until_the_one_before_it_ends(start: Start) -> None:
    first = start("1")
    assert says(first, "running")
    second = start("2")
    assert says(second, "waiting")
    first.communicate()
    assert says(second, "running")


def test_a_killed_job_frees_its_slot(start: Start) -> None:
    first = start("1")
    assert says(first, "running")
    second = start("2")
    assert says(second, "waiting")
    first.kill()
    assert says(second, "running")


def test_the_earlier_ticket_is_served_first_whoever_came_first(start: Start) -> None:
    running = start("1")
    assert says(running, "running")
    later, earlier = start("3"), start("2")
    assert says(later, "waiting")
    assert says(earlier, "waiting")
    running.communicate()
    assert says(earlier, "running")
    assert says(later, "waiting")
    earlier.communicate()
    assert says(later, "running")


def test_a_waiting_job_that_is_killed_holds_up_nobody(start: Start) -> None:
    running = start("1")
    assert says(running, "running")
    earlier, later = start("2"), start("3")
    assert says(earlier, "waiting")
    assert says(later, "waiting")
    earlier.kill()
    running.communicate()
    assert says(later, "running")


def test_a_waiting_job_that_is_no_longer_wanted_gives_up(start: Start, tmp_path: Path) -> None:
    assert says(start("1"), "running")
    second = start("2")
    assert says(second, "waiting")
    (tmp_path / "2.unwanted").touch()
    assert says(second, "unwanted")
