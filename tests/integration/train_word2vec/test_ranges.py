"""Large texts in byte ranges: cut at lines, of one version, with their provenance; and what is not cut."""

import hashlib
from typing import Any

import pytest

from ophicleide.domain.models import Failure, FailureCode, Source
from ophicleide.fetching.download import Limits
from spark_jobs.train_word2vec.corpus import TokenLines
from spark_jobs.train_word2vec.failures import JobFailed
from spark_jobs.train_word2vec.fetch import Fetcher
from spark_jobs.train_word2vec.gather import gather
from spark_jobs.train_word2vec.sizes import Sizes
from tests.integration.train_word2vec.range_server import RangedText
from tests.integration.train_word2vec.text_server import TextServer

RANGE_BYTES = 1000
LINES = [f"größe of word{chr(97 + n % 26)} and łódź in paragraph {'x' * (n % 7 + 1)}" for n in range(300)]
TEXT = "\n\n".join(LINES) + "\n"


def gathered(spark: Any, *urls: str, **changed: Any) -> TokenLines:
    limits = Limits(silence_seconds=20, total_seconds=60, redirects=3, max_bytes=changed.pop("max_bytes", 1 << 22))
    fetcher = Fetcher("127.0.0.1", limits, lambda _: None, range_bytes=changed.pop("range_bytes", RANGE_BYTES))
    return gather(spark, fetcher, urls, lambda: None)


def text_of(lines: TokenLines) -> str:
    return b"".join(lines.chunks.collect()).decode()


def read_whole(spark: Any, texts: TextServer, body: bytes, **headers: str) -> str:
    return text_of(gathered(spark, texts.serves("/whole", body, **headers)))


@pytest.mark.parametrize("charset", ["utf-8", "utf-8-sig", "iso8859-2", "cp1250", "gb18030"])
@pytest.mark.parametrize("range_bytes", [997, 4096])
def test_ranges_give_the_same_lines_as_the_whole(spark: Any, texts: TextServer, charset: str, range_bytes: int) -> None:
    body = TEXT.encode(charset)
    kind = f"text/plain; charset={charset.removesuffix('-sig')}"
    served = RangedText(body, {"ETag": '"v1"', "Content-Type": kind})

    lines = gathered(spark, texts.answers("/text", served), range_bytes=range_bytes)

    assert text_of(lines) == read_whole(spark, texts, body, Content_Type=kind)
    assert (lines.contexts, lines.tokens) == (300, 300 * 8)
    assert len(served.asked) > 3


def test_the_digest_is_that_of_the_ranges_digests_in_order(spark: Any, texts: TextServer) -> None:
    body = TEXT.encode()
    url = texts.answers("/text", RangedText(body))

    (source,) = gathered(spark, url).sources

    digests = [hashlib.sha256(body[at : at + RANGE_BYTES]).digest() for at in range(0, len(body), RANGE_BYTES)]
    assert source.sha256 == hashlib.sha256(b"".join(digests)).hexdigest()
    assert (source.range_bytes, source.bytes, source.text_bytes) == (RANGE_BYTES, len(body), len(body))
    assert (source.url, source.etag, source.charset) == (url, '"v1"', "utf-8")


def test_small_texts_and_split_ones_keep_their_order_among_the_sources(spark: Any, texts: TextServer) -> None:
    large = [texts.answers(f"/large{n}", RangedText(TEXT.encode())) for n in range(2)]
    small = texts.serves("/small", b"emma woodhouse\n")

    lines = gathered(spark, large[0], small, large[1])

    assert [source.url for source in lines.sources] == [large[0], small, large[1]]
    assert [source.range_bytes for source in lines.sources] == [RANGE_BYTES, None, RANGE_BYTES]
    assert lines.tokens == 2 * 300 * 8 + 2


def test_a_date_is_a_version_too_when_it_is_old_enough(spark: Any, texts: TextServer) -> None:
    served = RangedText(TEXT.encode(), {"Last-Modified": "Mon, 05 Jan 2026 10:00:00 GMT"})

    (source,) = gathered(spark, texts.answers("/text", served)).sources

    assert source.range_bytes == RANGE_BYTES


NOT_SPLIT: dict[str, RangedText] = {
    "no ranges": RangedText(TEXT.encode(), accepts=False),
    "no version": RangedText(TEXT.encode(), {}),
    "weak version": RangedText(TEXT.encode(), {"ETag": 'W/"v1"'}),
    "two-byte charset": RangedText(TEXT.encode("utf-16"), {"ETag": '"v1"'}),
    "undeclared charset": RangedText(TEXT.encode("iso8859-2"), {"ETag": '"v1"'}),
    "markup": RangedText(f"<!doctype html><p>{TEXT}".encode(), {"ETag": '"v1"', "Content-Type": "text/html"}),
    "small": RangedText(TEXT.encode()[: 2 * RANGE_BYTES - 1]),
}


@pytest.mark.parametrize("why", NOT_SPLIT)
def test_what_cannot_be_cut_is_read_whole(spark: Any, texts: TextServer, why: str) -> None:
    served = NOT_SPLIT[why]

    (source,) = gathered(spark, texts.answers("/text", served)).sources

    assert served.asked == [None]
    assert source.range_bytes is None
    assert source.sha256 == hashlib.sha256(served.body).hexdigest()


def test_a_text_that_turns_out_not_to_be_utf8_is_read_anew_as_what_it_is(spark: Any, texts: TextServer) -> None:
    body = ("plain words\n" * 800 + TEXT).encode("iso8859-2")
    served = RangedText(body, {"ETag": '"v1"'})
    small = texts.serves("/small", b"emma woodhouse\n")

    lines = gathered(spark, small, texts.answers("/text", served))

    assert lines.sources[1].range_bytes is None
    assert lines.sources[1].charset != "utf-8"
    assert text_of(lines).count("emma") == 1
    assert lines.tokens == 800 * 2 + 300 * 8 + 2


@pytest.mark.parametrize("length", [len(TEXT.encode()), 5000])
def test_a_text_that_changes_while_it_is_read_is_refused(spark: Any, texts: TextServer, length: int) -> None:
    served = RangedText(TEXT.encode(), replaced_by=TEXT.upper().encode()[:length])
    url = texts.answers("/text", served)

    with pytest.raises(JobFailed, match="changed while it was read") as refused:
        gathered(spark, url)

    assert refused.value.failure.url == url


def test_a_text_beyond_the_limit_is_refused_by_its_declared_length(spark: Any, texts: TextServer) -> None:
    served = RangedText(TEXT.encode())

    with pytest.raises(JobFailed) as refused:
        gathered(spark, texts.answers("/text", served), max_bytes=5000)

    assert refused.value.failure.code is FailureCode.CORPUS_TOO_LARGE
    assert served.asked == [None]


def test_a_line_longer_than_several_ranges_is_read_once(spark: Any, texts: TextServer) -> None:
    body = b"first line\n\n" + b"word " * 1500 + b"\n\nlast line\n"

    lines = gathered(spark, texts.answers("/text", RangedText(body)))

    assert lines.tokens == 1504
    assert text_of(lines).splitlines()[-1] == "last line"


def test_sizes_are_added_up_while_texts_arrive() -> None:
    stopped: list[Failure] = []
    sizes = Sizes(100, stopped.append)

    for url, size in (("a", 40), ("b", 50), ("a", 50)):
        sizes.heard({"url": url, "text_bytes": size})
    assert stopped == []
    sizes.heard({"url": "b", "text_bytes": 51})

    assert [failure.code for failure in stopped] == [FailureCode.CORPUS_TOO_LARGE]
    assert "101" in stopped[0].detail


def test_provenance_of_a_text_read_whole_says_nothing_of_ranges() -> None:
    assert Source.model_fields["range_bytes"].default is None
