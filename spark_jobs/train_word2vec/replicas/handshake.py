"""Two ranks prove to each other that they belong to one stage; the secret is never sent.

HMAC-SHA256 over the other's challenge and one's own rank, which makes a reflected answer worthless.
What follows on the connection is neither encrypted nor signed.
"""

import hmac
import secrets
import socket
import struct

_NONCE_BYTES = 32
_PROOF_BYTES = 32
_MAGIC = b"w2v1"
_HELLO = struct.Struct(f"!4sI{_NONCE_BYTES}s")


class PeerLost(ConnectionError):
    """Another rank closed its connection, did not answer in time, or is none of ours."""


def shake_hands(link: socket.socket, rank: int, size: int, secret: bytes) -> int:
    """The peer's rank; raises `PeerLost` where it does not know the secret."""
    challenge = secrets.token_bytes(_NONCE_BYTES)
    link.sendall(_HELLO.pack(_MAGIC, rank, challenge))
    magic, peer, theirs = _HELLO.unpack(_exactly(link, _HELLO.size))
    if magic != _MAGIC or peer >= size or peer == rank:
        raise PeerLost("something that is none of this stage's ranks is connected")
    link.sendall(_proof(secret, theirs, rank))
    if not hmac.compare_digest(_exactly(link, _PROOF_BYTES), _proof(secret, challenge, peer)):
        raise PeerLost(f"rank {peer} does not know the secret")
    return int(peer)


def _proof(secret: bytes, challenge: bytes, rank: int) -> bytes:
    return hmac.digest(secret, challenge + struct.pack("!I", rank), "sha256")


def _exactly(link: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        part = link.recv(size - len(data))
        if not part:
            raise PeerLost("a peer closed its connection during the handshake")
        data += part
    return data
