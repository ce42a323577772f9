"""Sums of float32 row blocks over N processes, on one TCP connection between each two of them.

No Spark, no threads. Every rank listens, the addresses are told by a way of the caller's, and all call `Mesh.connect`.
Each wait is bounded: a peer that closes its connection raises `PeerLost` at once, a silent one after the time-out;
a rank that dies closes its connections, hence all others fail within moments.
"""

import selectors
import socket
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from spark_jobs.train_word2vec.replicas.handshake import PeerLost, shake_hands
from spark_jobs.train_word2vec.replicas.merge import Floats

Address = tuple[str, int]
Merge = Callable[[int, int, Floats], None]
"""Gets the sum over ranks of rows [first, first + len(rows)) of block number b, and changes it in place."""

SILENCE_SECONDS = 60.0
_BUFFER_BYTES = 4 << 20
_HANDSHAKE_SECONDS = 5.0
_RETRY_SECONDS = 0.05


def listen(host: str) -> socket.socket:
    """On a free port, with room for all ranks to call at once."""
    return socket.create_server((host, 0), backlog=512)


@dataclass
class Mesh:
    """Of one rank; a context manager."""

    rank: int
    size: int
    silence_seconds: float = SILENCE_SECONDS
    sent_bytes: int = 0
    waited_seconds: float = 0.0
    _links: dict[int, socket.socket] = field(default_factory=dict)

    @classmethod
    def connect(
        cls,
        server: socket.socket,
        rank: int,
        addresses: Sequence[Address],
        secret: bytes,
        silence_seconds: float = SILENCE_SECONDS,
    ) -> "Mesh":
        """Dials the lower ranks and accepts the higher ones."""
        mesh = cls(rank, len(addresses), silence_seconds)
        deadline = time.monotonic() + silence_seconds
        try:
            for peer in range(rank):
                mesh._admit(_dialled(addresses[peer], deadline), secret, deadline, [peer])
            while len(mesh._links) < mesh.size - 1:
                mesh._accept(server, secret, deadline)
        except BaseException:
            mesh.close()
            raise
        return mesh

    def __enter__(self) -> "Mesh":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """The other ranks' exchanges fail from now on."""
        for link in self._links.values():
            link.close()

    def reduce_rows(self, blocks: Sequence[Floats], merge: Merge) -> None:
        """Replaces each block, contiguous and of one shape at every rank, by the ranks' merged block.

        Rank r merges the r-th part of the rows and sends it to all (reduce-scatter, all-gather): 2 (N-1)/N blocks each way,
        and bit-identical results everywhere.
        """
        own = self._parts(blocks, self.rank)
        theirs = {peer: self._parts(blocks, peer) for peer in self._links}
        inbox = {peer: [np.empty_like(part) for part in own] for peer in self._links}
        self._swap(theirs, inbox)
        for peer in sorted(inbox):
            for part, other in zip(own, inbox[peer], strict=True):
                np.add(part, other, out=part)
        for number, part in enumerate(own):
            if len(part):
                merge(number, len(blocks[number]) * self.rank // self.size, part)
        self._swap(dict.fromkeys(self._links, own), theirs)

    def _parts(self, blocks: Sequence[Floats], rank: int) -> list[Floats]:
        """Views of a rank's share of each block."""
        return [block[len(block) * rank // self.size : len(block) * (rank + 1) // self.size] for block in blocks]

    def _accept(self, server: socket.socket, secret: bytes, deadline: float) -> None:
        """One connection; a stranger's is dropped without harm."""
        server.settimeout(_left(deadline))
        try:
            link, _ = server.accept()
        except TimeoutError as error:
            raise PeerLost(f"rank {self.rank}: not all ranks connected in {self.silence_seconds:g} seconds") from error
        try:
            higher = [rank for rank in range(self.rank + 1, self.size) if rank not in self._links]
            self._admit(link, secret, min(deadline, time.monotonic() + _HANDSHAKE_SECONDS), higher)
        except PeerLost:
            link.close()

    def _admit(self, link: socket.socket, secret: bytes, deadline: float, expected: Sequence[int]) -> None:
        link.settimeout(_left(deadline))
        try:
            peer = shake_hands(_tuned(link), self.rank, self.size, secret)
        except PeerLost:
            link.close()
            raise
        except OSError as error:
            link.close()
            raise PeerLost(str(error)) from error
        if peer not in expected:
            link.close()
            raise PeerLost(f"rank {peer} was not expected here")
        link.setblocking(False)
        self._links[peer] = link

    def _swap(self, out: Mapping[int, Sequence[Floats]], into: Mapping[int, Sequence[Floats]]) -> None:
        """Sends to and receives from all peers at once."""
        began = time.monotonic()
        sends = {peer: _views(parts) for peer, parts in out.items()}
        takes = {peer: _views(parts) for peer, parts in into.items()}
        with selectors.DefaultSelector() as selector:
            for peer, link in self._links.items():
                _watch(selector, link, peer, sends[peer], takes[peer])
            while selector.get_map():
                self._pump(selector, sends, takes)
        self.waited_seconds += time.monotonic() - began

    def _pump(
        self,
        selector: selectors.BaseSelector,
        sends: Mapping[int, list[memoryview]],
        takes: Mapping[int, list[memoryview]],
    ) -> None:
        """Moves what can be moved now."""
        ready = selector.select(self.silence_seconds)
        if not ready:
            silent = sorted(key.data for key in selector.get_map().values())
            raise PeerLost(f"rank {self.rank}: ranks {silent} were silent for {self.silence_seconds:g} seconds")
        for key, events in ready:
            peer, link = key.data, self._links[key.data]
            try:
                if events & selectors.EVENT_READ:
                    _advance(takes[peer], _some(link.recv_into(takes[peer][0])))
                if events & selectors.EVENT_WRITE:
                    count = link.send(sends[peer][0])
                    self.sent_bytes += count
                    _advance(sends[peer], count)
            except BlockingIOError:
                continue
            except OSError as error:
                raise PeerLost(f"rank {self.rank} lost rank {peer}: {error}") from error
            _watch(selector, link, peer, sends[peer], takes[peer])


def _left(deadline: float) -> float:
    return max(0.001, deadline - time.monotonic())


def _dialled(address: Address, deadline: float) -> socket.socket:
    """Tries again until the deadline: the peer may not listen yet."""
    while True:
        try:
            return socket.create_connection(address, _left(deadline))
        except OSError as error:
            if time.monotonic() + _RETRY_SECONDS > deadline:
                raise PeerLost(f"no connection to {address[0]}:{address[1]}: {error}") from error
            time.sleep(_RETRY_SECONDS)


def _tuned(link: socket.socket) -> socket.socket:
    link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for option in (socket.SO_SNDBUF, socket.SO_RCVBUF):
        link.setsockopt(socket.SOL_SOCKET, option, _BUFFER_BYTES)
    return link


def _views(parts: Sequence[Floats]) -> list[memoryview]:
    return [part.data.cast("B") for part in parts if part.size]


def _some(count: int) -> int:
    if not count:
        raise ConnectionResetError("it closed its connection")
    return count


def _advance(views: list[memoryview], count: int) -> None:
    """Drops bytes from the front of the first view, and the view with its last byte."""
    views[0] = views[0][count:]
    if not len(views[0]):
        views.pop(0)


def _watch(
    selector: selectors.BaseSelector, link: socket.socket, peer: int, sends: list[memoryview], takes: list[memoryview]
) -> None:
    """Has the link watched for what is still to be done on it."""
    events = (selectors.EVENT_WRITE if sends else 0) | (selectors.EVENT_READ if takes else 0)
    known = selector.get_map().get(link)
    if known is None:
        if events:
            selector.register(link, events, peer)
    elif not events:
        selector.unregister(link)
    elif events != known.events:
        selector.modify(link, events, peer)
