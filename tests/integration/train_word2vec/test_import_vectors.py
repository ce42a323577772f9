"""Models made from vectors at a URL: what is taken as it is, and what every bad file gets. No Spark is started."""

import gzip
import resource
import sys
import time
from typing import Any

import numpy as np
import pytest
from gensim.models import KeyedVectors

from ophicleide.domain.models import FailureCode, Model, ModelStatus
from tests.builders import a_model, some_vectors
from tests.integration.train_word2vec.test_job import World
from tests.integration.train_word2vec.text_server import Exchange, TextServer

WORDS = ["the", "дом", "new york", "x" * 1000, "3.5", "naïve"]
MATRIX = np.random.default_rng(1).standard_normal((6, 5), dtype=np.float32)


def no_spark(_: Any) -> Any:
    raise AssertionError("an import needs no Spark")


@pytest.fixture
def world() -> World:
    return World(None)


def imported(world: World, url: str, format_: str | None = None, **settings: Any) -> Model:
    model = world.models.add(a_model(urls=(), vectors={"url": url, "format": format_}))
    world.job(model, start_spark=no_spark, **settings).run()
    return world.state(model)


def failure(world: World, url: str, format_: str | None = None, **settings: Any) -> tuple[str, str]:
    model = imported(world, url, format_, **settings)
    assert model.status is ModelStatus.FAILED
    assert model.failure is not None
    assert model.failure.url == url
    assert [event.type for event in world.sink.events] == ["dev.ophicleide.model.failed.v1"]
    return model.failure.code, model.failure.detail.removeprefix(url)


def header(words: int = 6, size: int = 5) -> bytes:
    return f"{words} {size}\n".encode()


def text(words: list[str] | None = None, form: str = "%.9g") -> bytes:
    rows = zip(words or WORDS, MATRIX, strict=True)
    return "".join(f"{word} {' '.join(form % x for x in row)}\n" for word, row in rows).encode()


def binary(end: bytes = b"") -> bytes:
    return b"".join(w.encode() + b" " + row.tobytes() + end for w, row in zip(PLAIN, MATRIX, strict=True))


PLAIN = [word.replace(" ", "_") for word in WORDS]
FILES = {
    "word2vec-text": header() + text(),
    "word2vec-binary": header() + binary(),
    "glove-text": text(["the", "дом", "new york", "x" * 1000, "3.5e", "naïve"]),
}


@pytest.mark.parametrize("said", [True, False])
@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.parametrize("format_", FILES)
def test_words_and_numbers_are_taken_as_they_are(
    world: World, texts: TextServer, format_: str, packed: bool, said: bool
) -> None:
    body = gzip.compress(FILES[format_]) if packed else FILES[format_]
    url = texts.serves("/vectors", body, ETag='"v1"')
    model = imported(world, url, format_ if said else None)
    assert model.status is ModelStatus.READY, model.failure
    assert model.result is not None
    vectors = world.vectors(model)
    assert [word.replace("_", " ").removesuffix("e") for word in vectors.words] == [w.removesuffix("e") for w in WORDS]
    assert vectors.matrix.tobytes() == MATRIX.tobytes()
    assert vectors.counts.tolist() == [0] * 6
    (source,) = model.result.sources
    assert (source.bytes, source.text_bytes, source.etag) == (len(body), len(FILES[format_]), '"v1"')
    assert (model.result.vocabulary_size, model.result.vector_size) == (6, 5)
    assert (model.result.epochs, model.result.corpus) == (None, None)
    assert "pyspark" not in model.result.seconds_by_phase


@pytest.mark.parametrize(
    "body",
    [
        header() + binary(b"\n"),
        header() + binary() + b"\n",
        (header() + text()).replace(b"\n", b"\r\n"),
        (header() + text()).replace(b"\n", b" \n"),
        (header() + text(PLAIN)).replace(b" ", b"\t"),
        b"\xef\xbb\xbf" + header() + text(),
        (header() + text())[:-1],
        header() + text(form="%+.8e"),
    ],
    ids=[
        "binary lines",
        "binary end",
        "crlf",
        "blanks at ends",
        "tabs",
        "byte order mark",
        "no last line end",
        "signs",
    ],
)
def test_what_programs_write_differently_is_read_alike(world: World, texts: TextServer, body: bytes) -> None:
    model = imported(world, texts.serves("/vectors", body))
    assert model.status is ModelStatus.READY, model.failure
    assert world.vectors(model).matrix.tobytes() == MATRIX.tobytes()
    assert world.vectors(model).words[0] == "the"


@pytest.mark.parametrize("form", [True, False])
def test_what_gensim_saves_is_read(world: World, texts: TextServer, tmp_path: Any, form: bool) -> None:
    kept = KeyedVectors(8)
    kept.add_vectors([f"w{n}" for n in range(3000)], some_vectors(3000, 8).matrix)
    kept.save_word2vec_format(str(tmp_path / "v"), binary=form)
    vectors = world.vectors(imported(world, texts.serves("/v", (tmp_path / "v").read_bytes())))
    assert vectors.words == kept.index_to_key
    assert vectors.matrix.tobytes() == kept.vectors.tobytes()


def lines(*changes: tuple[int, bytes]) -> bytes:
    found = (header() + text(PLAIN)).split(b"\n")
    for place, line in changes:
        found[place] = line
    return b"\n".join(found)


NUMBERS = b" 1 2 3 4 5"
BAD = {
    "empty": (b"", "it is empty"),
    "blank": (b" \n \n", "it is empty"),
    "prose": (b"It is a truth universally acknowledged.\nThat a man\n", "its first line is neither"),
    "a page": (b"<!DOCTYPE html><html><body>404</body></html>", "its first line is neither"),
    "a zip archive": (b"PK\x03\x04" + bytes(100), "it is a zip archive"),
    "cut gzip": (gzip.compress(header() + text())[:-40], "its gzip data is cut short"),
    "a short row": (lines((3, b"new_york 1 2 3 4")), "line 4: 4 numbers follow the word 'new_york', not 5"),
    "no number": (lines((3, b"new_york 1 2 3,5 4 5")), "line 4: '3,5' after the word 'new_york' is no number"),
    "nan": (lines((3, b"new_york 1 nan 3 4 5")), "line 4: the vector of 'new_york' has a number that is not finite"),
    "infinity": (lines((3, b"new_york 1 1e39 3 4 5")), "line 4: the vector of 'new_york' has a number that is not"),
    "twice": (lines((5, "дом".encode() + NUMBERS)), "line 6: the word 'дом' stands in line 3 already"),
    "no UTF-8": (lines((3, b"\xff\xfe" + NUMBERS)), "line 4: the word '\ufffd\ufffd' is not UTF-8"),
    "no word": (lines((3, NUMBERS)), "line 4: "),
    "a long word": (lines((3, b"x" * 1001 + NUMBERS)), "line 4: a word has 1 to 1,000 bytes"),
    "fewer rows": (header(7) + text(), "its header declares 7 words, and 6 follow"),
    "more rows": (header(5) + text(), "its header declares 5 words, and 6 follow"),
    "no words at all": (header(0) + text(), "its header declares 0 words"),
    "no numbers at all": (header(6, 0) + text(), "it declares 0 numbers a word"),
    "wrong size": (header(6, 4) + text(["a", "b", "c", "d", "e", "f"]), "line 2: 5 numbers follow the word 'a', not 4"),
    "cut binary": (header() + binary()[:-3], "word 6 of 6 is missing or cut short"),
    "more binary": (header(5) + binary(), "it goes on after the 5 words"),
    "binary nan": (header(1) + b"a " + np.full(5, np.nan, "<f4").tobytes(), "word 1: the vector of 'a' has"),
    "binary twice": (header(2) + b"a " + MATRIX[0].tobytes() + b"a " + MATRIX[1].tobytes(), "word 2: the word 'a'"),
    "binary, no UTF-8": (header(1) + b"\xff " + MATRIX[0].tobytes(), "word 1: the word '\ufffd' is not UTF-8"),
    "binary without blanks": (header() + b"\xff" * 5000, "word 1 of 6 is missing or cut short"),
}


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_file_is_told_with_its_place(world: World, texts: TextServer, kind: str) -> None:
    body, said = BAD[kind]
    code, detail = failure(world, texts.serves("/vectors", body))
    assert code == FailureCode.NOT_VECTORS
    assert said in detail


@pytest.mark.parametrize(("format_", "looks"), [("word2vec-binary", "word2vec-text"), ("glove-text", "word2vec-text")])
def test_a_file_that_poses_as_another_is_told(world: World, texts: TextServer, format_: str, looks: str) -> None:
    code, detail = failure(world, texts.serves("/vectors", header() + text()), format_)
    assert (code, f"it looks like {looks}, not {format_}" in detail) == (FailureCode.NOT_VECTORS, True)


@pytest.mark.parametrize("body", [header(10**12, 300) + b"a 1 2", header(10**12, 300) + b"a \xff\xff\xff\xff\xff"])
def test_a_declared_size_beyond_the_limit_is_refused_before_it_is_reserved(
    world: World, texts: TextServer, body: bytes
) -> None:
    code, detail = failure(world, texts.serves("/vectors", body))
    assert code == FailureCode.VOCABULARY_TOO_LARGE
    assert "1,000,000,000,000 words" in detail
    assert "OPHICLEIDE_MAX_TRAINING_BYTES" in detail


def test_glove_text_beyond_the_limit_is_refused_while_it_is_read(world: World, texts: TextServer) -> None:
    body = b"".join(b"w%d 1 2 3\n" % n for n in range(5000))
    assert failure(world, texts.serves("/v", body), max_training_bytes=500_000)[0] == FailureCode.VOCABULARY_TOO_LARGE


@pytest.mark.parametrize("packed", [True, False])
def test_a_file_beyond_the_limit_is_not_read_to_its_end(world: World, texts: TextServer, packed: bool) -> None:
    body = header() + text() + b"\n" * 5_000_000
    url = texts.serves("/v", gzip.compress(body) if packed else body)
    assert failure(world, url, max_source_bytes=1_000_000)[0] == FailureCode.CORPUS_TOO_LARGE


def test_an_address_that_is_not_public_is_refused(world: World, texts: TextServer) -> None:
    assert failure(world, texts.serves("/v", b""), fetch_allowed="")[0] == FailureCode.REFUSED_ADDRESS


def test_a_server_that_falls_silent_is_given_up(world: World, texts: TextServer) -> None:
    def silent(exchange: Exchange) -> None:
        exchange.head(Content_Length="1000")
        exchange.pause(60)

    url = texts.answers("/v", silent)
    assert failure(world, url, fetch_timeout_seconds=0.2)[0] == FailureCode.FETCH_TIMEOUT


def test_a_missing_file_is_told(world: World, texts: TextServer) -> None:
    def missing(exchange: Exchange) -> None:
        exchange.head(404)

    assert failure(world, texts.answers("/v", missing))[0] == FailureCode.UNREACHABLE_URL


def test_what_was_imported_answers(world: World, texts: TextServer) -> None:
    found = world.vectors(imported(world, texts.serves("/v", header() + text(PLAIN))))
    neighbours = found.most_similar("the", 2)
    assert len(neighbours) == 2
    assert all(word in PLAIN for word, _ in neighbours)


@pytest.mark.parametrize("format_", ["word2vec-binary", "glove-text"])
def test_400_000_words_of_50_numbers_import_and_answer(
    world: World,
    texts: TextServer,
    format_: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("spark_jobs.train_word2vec.publish.MOST_COMPARISONS", 40_000_000)  # has tests of its own
    matrix = np.random.default_rng(2).standard_normal((400_000, 50), dtype=np.float32)
    if format_ == "word2vec-binary":
        body = b"400000 50\n" + b"".join(b"w%d %b" % (n, row.tobytes()) for n, row in enumerate(matrix))
    else:
        form = "w%d" + " %.5f" * 50 + "\n"
        body = "".join(form % (n, *row) for n, row in enumerate(matrix.tolist())).encode()
    url, before = texts.serves("/large", body), peak_bytes()
    started = time.perf_counter()
    model = imported(world, url)
    seconds = time.perf_counter() - started
    assert model.status is ModelStatus.READY, model.failure
    vectors = world.vectors(model)
    with capsys.disabled():
        grown = (peak_bytes() - before) / 2**20
        size = len(body) / 1e6
        sys.stdout.write(f"\n{format_}: {size:.0f} MB imported in {seconds:.1f} s, peak grown by {grown:.0f} MiB\n")
    assert (len(vectors.words), vectors.vector_size) == (400_000, 50)
    assert np.allclose(vectors.matrix[::1000], matrix[::1000], atol=1e-5)
    assert len(vectors.most_similar("w399999", 10)) == 10


def peak_bytes() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
