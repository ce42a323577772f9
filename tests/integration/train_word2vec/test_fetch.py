"""Fetching from servers that are slow, broken, endless or sly; what a user can put right comes back as a failure."""

import gzip
import hashlib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from ophicleide.domain.models import Failure, FailureCode, Source
from ophicleide.fetching.download import Limits
from spark_jobs.train_word2vec.fetch import Fetcher, Report
from tests.integration.train_word2vec.text_server import Exchange, TextServer, serving

TEXT = "Emma Woodhouse, handsome, clever, and rich.\n\nSixteen years had Miss Taylor been in the family.\n"
CERTIFICATES = Path(__file__).with_name("certificates")
LINES = b"emma woodhouse handsome clever and rich\nsixteen years had miss taylor been in the family\n"


def fetch(*urls: str, allowed: str = "127.0.0.1", **limits: Any) -> tuple[bytes, list[Report]]:
    limits = {"silence_seconds": 20, "total_seconds": 60, "redirects": 3, "max_bytes": 1 << 20, **limits}
    records = list(Fetcher(allowed, Limits(**limits), lambda _: None).records(urls))
    lines = b"".join(record for record in records if isinstance(record, bytes))
    return lines, [record for record in records if isinstance(record, Report)]


def failure(*urls: str, **how: Any) -> Failure:
    outcome = fetch(*urls, **how)[1][0].outcome
    assert isinstance(outcome, Failure), outcome
    assert outcome.url == urls[0]
    assert urls[0] in outcome.detail
    return outcome


def test_a_text_becomes_token_lines_with_its_provenance(texts: TextServer) -> None:
    url = texts.serves("/emma.txt", TEXT.encode(), Content_Type="text/plain; charset=utf-8", ETag='"v1"')

    lines, (report,) = fetch(url)

    source = report.outcome
    assert isinstance(source, Source)
    assert (lines, report.contexts, report.tokens) == (LINES, 2, 15)
    assert (source.url, source.final_url, source.etag) == (url, url, '"v1"')
    assert (source.bytes, source.text_bytes, source.charset) == (len(TEXT), len(TEXT), "utf-8")
    assert source.sha256 == hashlib.sha256(TEXT.encode()).hexdigest()


@pytest.mark.parametrize("headers", [{"Content_Encoding": "gzip"}, {"Content_Type": "application/gzip"}])
def test_gzip_is_read_by_its_bytes_whatever_the_headers_say(texts: TextServer, headers: dict[str, str]) -> None:
    body = gzip.compress(TEXT.encode())

    lines, (report,) = fetch(texts.serves("/emma.txt.gz", body, **headers))

    assert lines == LINES
    assert isinstance(report.outcome, Source)
    assert (report.outcome.bytes, report.outcome.text_bytes) == (len(body), len(TEXT))


def test_a_chunked_answer_is_read_whole(texts: TextServer) -> None:
    def chunked(exchange: Exchange) -> None:
        exchange.protocol_version = "HTTP/1.1"
        exchange.head(Transfer_Encoding="chunked")
        for word in ("emma ", "woodhouse\n"):
            exchange.wfile.write(f"{len(word):x}\r\n{word}\r\n".encode())
        exchange.wfile.write(b"0\r\n\r\n")

    assert fetch(texts.answers("/chunked", chunked))[0] == b"emma woodhouse\n"


def test_a_redirect_is_followed_and_the_last_url_kept(texts: TextServer) -> None:
    last = texts.serves("/b", TEXT.encode())
    first = texts.answers("/a", lambda exchange: exchange.head(302, Location="/b"))

    lines, (report,) = fetch(first)

    assert lines == LINES
    assert isinstance(report.outcome, Source)
    assert (report.outcome.url, report.outcome.final_url) == (first, last)


def test_one_bad_url_among_good_ones_is_named(texts: TextServer) -> None:
    good, bad = texts.serves("/good", TEXT.encode()), texts.answers("/bad", lambda exchange: exchange.head(404))

    _, reports = fetch(good, bad)

    assert [type(report.outcome) for report in reports] == [Source, Failure]


@pytest.mark.parametrize("status", [403, 404, 500, 503])
def test_an_error_status_is_told(texts: TextServer, status: int) -> None:
    found = failure(texts.answers("/x", lambda exchange: exchange.head(status)))

    assert found.code is FailureCode.UNREACHABLE_URL
    assert str(status) in found.detail


def test_a_redirect_loop_ends_at_the_limit(texts: TextServer) -> None:
    found = failure(texts.answers("/x", lambda exchange: exchange.head(302, Location="/x")))

    assert found.code is FailureCode.UNREACHABLE_URL
    assert "more than 3 times" in found.detail


def test_a_redirect_to_a_private_address_is_refused(texts: TextServer) -> None:
    location = "http://169.254.169.254/latest/meta-data/"
    found = failure(texts.answers("/x", lambda exchange: exchange.head(302, Location=location)))

    assert found.code is FailureCode.REFUSED_ADDRESS
    assert "OPHICLEIDE_FETCH_ALLOWED" in found.detail


def test_a_redirect_out_of_the_allowed_port_is_refused(texts: TextServer) -> None:
    url = texts.answers("/x", lambda exchange: exchange.head(302, Location="http://127.0.0.1:1/"))

    assert failure(url, allowed=f"127.0.0.1:{texts.port}").code is FailureCode.REFUSED_ADDRESS


@pytest.mark.parametrize("location", ["file:///etc/passwd", "ftp://127.0.0.1/x", "data:text/plain,x"])
def test_a_redirect_to_another_scheme_is_refused(texts: TextServer, location: str) -> None:
    found = failure(texts.answers("/x", lambda exchange: exchange.head(302, Location=location)))

    assert found.code is FailureCode.REFUSED_ADDRESS


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "0x7f000001", "2130706433", "127.1"])
def test_loopback_is_refused_however_it_is_spelt(texts: TextServer, host: str) -> None:
    found = failure(f"http://{host}:{texts.port}/", allowed="")

    assert found.code is FailureCode.REFUSED_ADDRESS


def test_an_unknown_host_is_told() -> None:
    found = failure("http://no-such-host.invalid/")

    assert found.code is FailureCode.UNREACHABLE_URL
    assert "host name is not known" in found.detail


def test_a_closed_port_is_told(texts: TextServer) -> None:
    texts.close()

    assert "refused" in failure(texts.url("/")).detail


def test_a_body_shorter_than_declared_is_no_text(texts: TextServer) -> None:
    def cut_short(exchange: Exchange) -> None:
        exchange.head(Content_Length="1000")
        exchange.wfile.write(TEXT.encode())

    found = failure(texts.answers("/x", cut_short))

    assert found.code is FailureCode.UNREACHABLE_URL
    assert "closed the connection before the end" in found.detail


def test_a_connection_reset_in_the_middle_is_told(texts: TextServer) -> None:
    def reset(exchange: Exchange) -> None:
        exchange.head(Content_Length="1000000")
        exchange.wfile.write(TEXT.encode())
        exchange.reset()

    assert failure(texts.answers("/x", reset)).code is FailureCode.UNREACHABLE_URL


def test_what_is_not_http_is_told(texts: TextServer) -> None:
    found = failure(texts.answers("/x", lambda exchange: exchange.wfile.write(b"SSH-2.0-OpenSSH_9.2\r\n")))

    assert found.code is FailureCode.UNREACHABLE_URL


def test_a_silent_server_times_out(texts: TextServer) -> None:
    def silent(exchange: Exchange) -> None:
        exchange.head(Content_Length="1000")
        exchange.wfile.write(b"emma")
        exchange.pause(30)

    found = failure(texts.answers("/x", silent), silence_seconds=0.2)

    assert found.code is FailureCode.FETCH_TIMEOUT
    assert "OPHICLEIDE_FETCH_TIMEOUT_SECONDS" in found.detail


@pytest.mark.parametrize("headers_too", [True, False])
def test_a_server_that_trickles_for_ever_is_cut_off(texts: TextServer, headers_too: bool) -> None:
    def trickle(exchange: Exchange) -> None:
        exchange.wfile.write(b"HTTP/1.0 200 OK\r\n" + (b"X-Slow: " if headers_too else b"\r\n"))
        while not exchange.pause(0.02):
            exchange.wfile.write(b"a")

    found = failure(texts.answers("/x", trickle), total_seconds=0.5)

    assert found.code is FailureCode.FETCH_TIMEOUT
    assert "0.5 seconds" in found.detail


def test_an_endless_text_stops_at_the_limit(texts: TextServer) -> None:
    def endless(exchange: Exchange) -> None:
        exchange.head(Content_Type="text/plain")
        while not exchange.pause(0):
            exchange.wfile.write(b"emma woodhouse " * 1000)

    found = failure(texts.answers("/x", endless))

    assert found.code is FailureCode.CORPUS_TOO_LARGE
    assert "1,048,576" in found.detail
    assert "OPHICLEIDE_MAX_SOURCE_BYTES" in found.detail


def test_a_gzip_bomb_stops_at_the_limit(texts: TextServer) -> None:
    bomb = gzip.compress(b"a " * (32 << 20))

    assert failure(texts.serves("/x", bomb)).code is FailureCode.CORPUS_TOO_LARGE


@pytest.mark.parametrize("body", [b"%PDF-1.7\n", b"\x89PNG\r\n\x1a\n", b"PK\x03\x04...."])
def test_what_is_not_text_is_named(texts: TextServer, body: bytes) -> None:
    assert failure(texts.serves("/x", body)).code is FailureCode.NOT_TEXT


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        ("größer als Köln".encode("latin-1"), "text/plain; charset=iso-8859-1"),
        ("größer als Köln".encode("utf-16"), "text/plain"),
        ("<html><meta charset=latin1><p>größer <b>als</b> Köln".encode("latin-1"), "text/html"),
    ],
)
def test_any_declared_charset_is_read(texts: TextServer, body: bytes, content_type: str) -> None:
    assert fetch(texts.serves("/x", body, Content_Type=content_type))[0] == "größer als köln\n".encode()


def test_progress_is_told_while_a_text_arrives(texts: TextServer) -> None:
    told: list[Any] = []
    url = texts.serves("/emma.txt", TEXT.encode())

    list(Fetcher("127.0.0.1", Limits(20, 60, 3, 1 << 20), told.append).records([url]))

    assert told[-2:] == [
        {"url": url, "received": len(TEXT), "expected": len(TEXT), "packed": False},
        {"url": url, "text_bytes": len(TEXT)},
    ]


@contextmanager
def serving_as(name: str) -> Iterator[TextServer]:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(CERTIFICATES / f"{name}.pem")
    with serving(tls) as server:
        yield server


@pytest.fixture
def authority(monkeypatch: pytest.MonkeyPatch) -> None:
    """The authority of the test's own certificates, but for the stranger's, is trusted."""
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATES / "authority.pem"))


@pytest.mark.usefixtures("authority")
def test_https_is_fetched_from_who_has_a_trusted_certificate() -> None:
    with serving_as("loopback") as texts:
        lines, (report,) = fetch(texts.serves("/emma.txt", TEXT.encode()))

    assert lines == LINES
    assert isinstance(report.outcome, Source)
    assert report.outcome.url.startswith("https://")


@pytest.mark.usefixtures("authority")
def test_a_certificate_of_an_unknown_authority_is_refused() -> None:
    with serving_as("stranger") as texts:
        failed = failure(texts.serves("/emma.txt", TEXT.encode()))

    assert "its certificate is not trusted: unable to get local issuer certificate" in failed.detail


@pytest.mark.usefixtures("authority")
def test_a_certificate_of_another_host_is_refused() -> None:
    with serving_as("elsewhere") as texts:
        failed = failure(texts.serves("/emma.txt", TEXT.encode()))

    assert "its certificate is not trusted: IP address mismatch" in failed.detail


@pytest.mark.usefixtures("authority")
def test_a_text_that_trickles_over_https_is_cut_off_too() -> None:
    def trickling(exchange: Exchange) -> None:
        exchange.head()
        while not exchange.pause(0.05):
            exchange.wfile.write(b"word ")

    with serving_as("loopback") as texts:
        failed = failure(texts.answers("/endless", trickling), total_seconds=0.5)

    assert "it had not arrived after 0.5 seconds" in failed.detail
