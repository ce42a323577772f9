"""Ranks as threads of one process, each with its mesh."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

from spark_jobs.train_word2vec.replicas.mesh import Mesh, listen


def ranks(
    count: int, work: Callable[[Mesh], Any], *, secrets: Sequence[bytes] = (), silence_seconds: float = 20.0
) -> list[Any]:
    """What `work` returned or raised at each rank."""
    with ExitStack() as stack:
        servers = [stack.enter_context(listen("127.0.0.1")) for _ in range(count)]
        addresses = [server.getsockname() for server in servers]

        def run(rank: int) -> Any:
            secret = secrets[rank] if secrets else b"secret"
            try:
                with Mesh.connect(servers[rank], rank, addresses, secret, silence_seconds) as mesh:
                    return work(mesh)
            except Exception as error:  # noqa: BLE001 - told to the test
                return error

        with ThreadPoolExecutor(count) as pool:
            return list(pool.map(run, range(count)))
