"""Requests out of bytes: however they are cut, and whatever they are."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from ophicleide.edge.reading import Reader

BODIES = st.lists(st.binary(max_size=30), max_size=5)


def encoded(number: int, body: bytes, *, chunked: bool) -> bytes:
    head = f"POST /{number}?q=%C3%A9 HTTP/1.1\r\nHost: a\r\nX-Twice: 1\r\nx-twice: 2\r\n".encode()
    if not chunked:
        return head + b"Content-Length: %d\r\n\r\n%b" % (len(body), body)
    chunks = [bytes([byte]) for byte in body]
    return head + b"Transfer-Encoding: chunked\r\n\r\n" + b"".join(b"1\r\n%b\r\n" % c for c in chunks) + b"0\r\n\r\n"


@given(BODIES, st.booleans(), st.lists(st.integers(0, 2000), max_size=30))
def test_requests_are_the_same_however_their_bytes_are_cut(bodies: list[bytes], chunked: bool, cuts: list[int]) -> None:
    sent = b"".join(encoded(number, body, chunked=chunked) for number, body in enumerate(bodies))
    places = sorted({0, len(sent), *(cut for cut in cuts if cut < len(sent))})
    reader = Reader(max_body_bytes=20)
    read = [each for start, end in pairwise(places) for each in reader.feed(sent[start:end])]
    assert [(r.request.path, r.request.body, r.last) for r in read] == [
        (f"/{number}", body[:21], False) for number, body in enumerate(bodies)
    ]
    assert {(r.request.query, r.request.headers["x-twice"]) for r in read} <= {("q=%C3%A9", "1,2")}
    assert (reader.begun, reader.ended) == (False, False)


@given(st.lists(st.binary(max_size=50), max_size=5), st.sampled_from([b"", b"GET / HTTP/1.1\r\n", b"POST /a"]))
def test_no_bytes_whatever_break_it(pieces: list[bytes], first: bytes) -> None:
    reader = Reader(max_body_bytes=20)
    for piece in (first, *pieces):
        reader.feed(piece)
    assert reader.fault is None or reader.ended


@given(st.integers(1, 200_000), st.integers(1, 3))
def test_bodies_before_a_head_do_not_count_as_head(first: int, pipelined: int) -> None:
    sent = b"".join(encoded(number, bytes(100_000), chunked=False) for number in range(pipelined + 1))
    reader = Reader(max_body_bytes=20)
    read = [*reader.feed(sent[:-100_030]), *reader.feed(sent[-100_030:])]
    assert (len(read), reader.fault) == (pipelined + 1, None)
    reader = Reader(max_body_bytes=20)
    read = [*reader.feed(sent[:first]), *reader.feed(sent[first:])]
    assert (len(read), reader.fault) == (pipelined + 1, None)


def test_a_head_without_end_is_refused_however_it_comes() -> None:
    for size in (100, 10_000, 100_000):
        reader, sent = Reader(max_body_bytes=20), b"GET / HTTP/1.1\r\nX: " + bytes([97]) * 100_000
        for start in range(0, len(sent), size):
            assert reader.feed(sent[start : start + size]) == []
        assert reader.fault
