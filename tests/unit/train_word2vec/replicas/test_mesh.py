"""Blocks summed over ranks, and what the others see of a rank that is dead, silent or none of ours."""

import socket
from threading import Event

import numpy as np
import pytest

from spark_jobs.train_word2vec.replicas.handshake import PeerLost
from spark_jobs.train_word2vec.replicas.mesh import Mesh, listen
from tests.unit.train_word2vec.replicas.ranks import ranks


def unchanged(*_: object) -> None:
    """The sum as it is."""


def summed(mesh: Mesh, rows: int = 7) -> list[float]:
    block = np.full((rows, 5), mesh.rank + 1, dtype=np.float32)
    mesh.reduce_rows([block], unchanged)
    return sorted(set(block.ravel().tolist()))


@pytest.mark.parametrize("count", [1, 2, 3, 5])
def test_every_rank_has_the_sum_of_all(count: int) -> None:
    assert ranks(count, summed) == [[count * (count + 1) / 2]] * count


@pytest.mark.parametrize("rows", [0, 1, 2, 100_000])
def test_blocks_may_be_of_any_length(rows: int) -> None:
    assert ranks(3, lambda mesh: summed(mesh, rows)) == [[6.0] if rows else []] * 3


def test_each_row_is_merged_once_by_its_number_in_its_block() -> None:
    def numbered(mesh: Mesh) -> list[list[float]]:
        blocks = [np.zeros((4, 1), dtype=np.float32), np.zeros((5, 1), dtype=np.float32)]

        def merge(number: int, first: int, rows: np.ndarray) -> None:
            rows[:, 0] += 10 * number + np.arange(first, first + len(rows))

        mesh.reduce_rows(blocks, merge)
        return [block.ravel().tolist() for block in blocks]

    assert ranks(3, numbered) == [[[0, 1, 2, 3], [10, 11, 12, 13, 14]]] * 3


def test_sums_are_equal_bit_by_bit_at_all_ranks() -> None:
    def random(mesh: Mesh) -> bytes:
        block = np.random.default_rng(mesh.rank).standard_normal((50, 3), dtype=np.float32)
        mesh.reduce_rows([block], unchanged)
        return block.tobytes()

    assert len(set(ranks(4, random))) == 1


def test_a_rank_that_dies_is_noticed_at_once() -> None:
    outcomes = ranks(3, lambda mesh: "gone" if mesh.rank == 1 else summed(mesh), silence_seconds=60)

    assert outcomes[1] == "gone"
    assert all(isinstance(outcome, PeerLost) for outcome in (outcomes[0], outcomes[2]))


def test_a_rank_that_is_silent_is_given_up_after_a_while() -> None:
    given_up = Event()

    def work(mesh: Mesh) -> object:
        if mesh.rank == 1:
            return given_up.wait(20)
        try:
            return summed(mesh)
        finally:
            given_up.set()

    silent, waited = reversed(ranks(2, work, silence_seconds=0.5))

    assert silent is True
    assert "silent for 0.5 seconds" in str(waited)


def test_a_rank_with_another_secret_is_not_let_in() -> None:
    outcomes = ranks(2, summed, secrets=[b"ours", b"theirs"], silence_seconds=2)

    assert all(isinstance(outcome, PeerLost) for outcome in outcomes)


def test_a_stranger_at_the_door_disturbs_nobody() -> None:
    with listen("127.0.0.1") as first, listen("127.0.0.1") as second:
        addresses = [first.getsockname(), second.getsockname()]
        with socket.create_connection(addresses[0]) as stranger:
            stranger.sendall(b"GET / HTTP/1.1\r\nHost: somewhere.example\r\n\r\n")
            servers = (first, second)
            from concurrent.futures import ThreadPoolExecutor

            def join(rank: int) -> list[float]:
                with Mesh.connect(servers[rank], rank, addresses, b"secret", 20) as mesh:
                    return summed(mesh)

            with ThreadPoolExecutor(2) as pool:
                assert list(pool.map(join, range(2))) == [[3.0], [3.0]]


def test_ranks_that_never_come_are_not_waited_for_for_ever() -> None:
    with listen("127.0.0.1") as server, pytest.raises(PeerLost, match="not all ranks connected"):
        Mesh.connect(server, 0, [server.getsockname(), ("127.0.0.1", 1)], b"secret", silence_seconds=0.2)
