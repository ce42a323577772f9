"""Vectors as files: other programs load them bit for bit, and a broken download goes on where it broke off."""

import json
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from gensim.models import KeyedVectors
from safetensors.numpy import load as load_safetensors

from ophicleide.domain.vectors import WordVectors
from ophicleide.edge.messages import Request
from tests.builders import some_vectors
from tests.functions.world import PROJECTOR_PAGE, World

FORMATS = ("word2vec-text", "word2vec-binary", "safetensors", "tensors-tsv", "metadata-tsv", "projector")
FILES = FORMATS[:-1]
SENTENCE = [5e-324, 1e-45, -1e-45, 3.4028235e38, 1 / 3, -0.0, 0.0, 1.17549435e-38]


@pytest.fixture
def client(serve):
    return serve("list_models")


@pytest.fixture
def vectors(world) -> WordVectors:
    """Words of several lengths and scripts, numbers at the edges of float32."""
    plain = some_vectors(3000, 8)
    words = [f"{'дом' if row % 3 else 'Haus'}{row * 37}" for row in range(3000)]
    matrix = plain.matrix.copy()
    matrix[7] = np.array(SENTENCE, dtype=np.float64).astype(np.float32)
    vectors = WordVectors(words, matrix, plain.counts)
    world.ready_with(vectors, recorded=0)
    return vectors


def export(client, format_, **headers):
    names = {name.replace("_", "-"): text for name, text in headers.items()}
    return client.get(f"/models/austen/export?format={format_}", headers=names)


def same(found: np.ndarray, expected: np.ndarray) -> bool:
    return found.astype("<f4").tobytes() == expected.astype("<f4").tobytes()


@pytest.mark.parametrize("binary", [True, False])
def test_gensim_loads_word2vec_files_bit_for_bit(client, vectors, tmp_path, binary):
    response = export(client, "word2vec-binary" if binary else "word2vec-text")
    path = tmp_path / "vectors"
    path.write_bytes(response.data)
    loaded = KeyedVectors.load_word2vec_format(str(path), binary=binary)
    assert loaded.index_to_key == vectors.words
    assert same(loaded.vectors, vectors.matrix)


def test_safetensors_loads_vectors_counts_and_words(client, vectors):
    loaded = load_safetensors(export(client, "safetensors").data)
    assert same(loaded["vectors"], vectors.matrix)
    assert loaded["counts"].tolist() == vectors.counts.tolist()
    assert loaded["words"].tobytes().decode().split("\n") == vectors.words


def test_the_projectors_files_have_a_line_a_word(client, vectors):
    tensors = [line.split("\t") for line in export(client, "tensors-tsv").text.splitlines()]
    head, *words = [line.split("\t") for line in export(client, "metadata-tsv").text.splitlines()]
    assert same(np.array(tensors, dtype=np.float32), vectors.matrix)
    assert head == ["word", "count"]
    assert words == [[word, str(count)] for word, count in zip(vectors.words, vectors.counts, strict=True)]


def test_the_projectors_config_leads_to_both_files(client, vectors, world):
    forwarded = {"X-Forwarded-Host": "words.example:8080", "X-Forwarded-Proto": "https", "X-Forwarded-Prefix": "/api"}
    (embedding,) = client.get("/models/austen/export?format=projector", headers=forwarded).json["embeddings"]
    assert (embedding["tensorName"], embedding["tensorShape"]) == ("austen", [3000, 8])
    assert embedding["tensorPath"].startswith("https://words.example:8080/api/models/")
    for kind, path in (("tensors-tsv", embedding["tensorPath"]), ("metadata-tsv", embedding["metadataPath"])):
        assert client.get(path.partition("/api")[2]).data == export(client, kind).data


@pytest.mark.parametrize("host", ["a b", "evil.example/x", "x@y", ""])
def test_a_host_that_is_none_is_not_repeated(client, vectors, host):
    text = client.get("/models/austen/export?format=projector", headers={"X-Forwarded-Host": host, "Host": host}).text
    assert json.loads(text)["embeddings"][0]["tensorPath"].startswith(("/models/", "http://localhost/models/"))


@pytest.mark.parametrize("format_", FORMATS)
def test_head_tells_the_length_and_sends_nothing(client, vectors, format_):
    whole, head = export(client, format_), client.head(f"/models/austen/export?format={format_}")
    assert (head.status_code, head.data) == (200, b"")
    assert int(head.headers["Content-Length"]) == len(whole.data)
    for name in ("ETag", "Content-Type", "Content-Disposition", "Accept-Ranges"):
        assert head.headers[name] == whole.headers[name]


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize("place", [0.0, 0.001, 0.3, 0.7, 0.999])
def test_a_broken_download_goes_on_to_the_same_bytes(client, vectors, format_, place):
    whole = export(client, format_)
    got = whole.data[: int(len(whole.data) * place) + 1]
    rest = export(client, format_, Range=f"bytes={len(got)}-", If_Range=whole.headers["ETag"])
    if len(got) < len(whole.data):
        assert rest.status_code == 206
        assert rest.headers["Content-Range"] == f"bytes {len(got)}-{len(whole.data) - 1}/{len(whole.data)}"
        assert got + rest.data == whole.data


@pytest.mark.parametrize("format_", FILES)
def test_any_range_has_the_bytes_of_the_whole(client, vectors, format_):
    whole, random = export(client, format_).data, np.random.default_rng(3)
    for first, last in np.sort(random.integers(0, len(whole), (40, 2)), axis=1).tolist():
        part = export(client, format_, Range=f"bytes={first}-{last}")
        assert (part.status_code, part.data) == (206, whole[first : last + 1])


@pytest.mark.parametrize(
    ("range_", "status"),
    [
        ("bytes=0-9", 206),
        ("bytes=-10", 206),
        ("bytes=2990-99999999999", 206),
        ("bytes=999999999-", 416),
        ("bytes=-0", 416),
        ("bytes=9-0", 200),
        ("bytes=0-1,4-5", 200),
        ("bytes=-", 200),
        ("words=0-9", 200),
        ("bytes=a-b", 200),
    ],
)
def test_ranges_are_kept_refused_or_passed_over(client, vectors, range_, status):
    response = export(client, "word2vec-binary", Range=range_)
    assert response.status_code == status
    if status == 416:
        size = len(export(client, "word2vec-binary").data)
        assert response.headers["Content-Range"] == f"bytes */{size}"
        assert response.json["type"].endswith(":range-not-satisfiable")


def test_a_range_of_another_file_gives_the_whole(client, vectors, world):
    tag = export(client, "word2vec-binary").headers["ETag"]
    world.ready()
    newer = export(client, "word2vec-binary", Range="bytes=10-", If_Range=tag)
    assert (newer.status_code, newer.headers["ETag"] == tag) == (200, False)


def test_what_the_caller_has_is_not_sent_again(client, vectors):
    tag = export(client, "safetensors").headers["ETag"]
    again = export(client, "safetensors", If_None_Match=tag)
    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", tag)


def test_each_format_has_a_tag_and_a_name_of_its_own(client, vectors):
    answers = [export(client, format_) for format_ in FORMATS]
    assert len({answer.headers["ETag"] for answer in answers}) == len(FORMATS)
    assert len({answer.headers["Content-Disposition"] for answer in answers}) == len(FORMATS)


def test_a_name_beyond_ascii_comes_whole_and_plain(client, world):
    world.ready('Ἰλιάς "7"')
    told = client.get('/models/Ἰλιάς "7"/export?format=safetensors').headers["Content-Disposition"]
    assert told.startswith('attachment; filename="_____ _7_.safetensors"; filename*=UTF-8')
    assert "%E1%BC%B8%CE%BB" in told


def test_white_space_in_words_breaks_no_file(client, world, tmp_path):
    words = ["new york", "a\tb", "c\rd", "e\vf\fg", "plain"]
    world.ready_with(WordVectors(words, np.eye(5, dtype=np.float32), np.arange(5, 0, -1)))
    for format_, binary in (("word2vec-text", False), ("word2vec-binary", True)):
        path = Path(tmp_path, format_)
        path.write_bytes(export(client, format_).data)
        loaded = KeyedVectors.load_word2vec_format(str(path), binary=binary)
        assert loaded.index_to_key == ["new_york", "a_b", "c_d", "e_f_g", "plain"]
    lines = export(client, "metadata-tsv").data.decode().split("\n")
    assert lines[1:4] == ["new york\t5", "a b\t4", "c d\t3"]


def test_a_page_of_a_listed_origin_may_read(client, vectors):
    response = export(client, "tensors-tsv", Origin=PROJECTOR_PAGE)
    assert response.headers["Access-Control-Allow-Origin"] == PROJECTOR_PAGE
    assert "Content-Range" in response.headers["Access-Control-Expose-Headers"]
    preflight = client.options(
        "/models/austen/export",
        headers={
            "Origin": PROJECTOR_PAGE,
            "Access-Control-Request-Method": "GET",
            "Access-Control-Request-Headers": "range",
        },
    )
    assert preflight.status_code == 204
    assert preflight.headers["Access-Control-Allow-Origin"] == PROJECTOR_PAGE
    assert "GET" in preflight.headers["Access-Control-Allow-Methods"]
    assert "Range" in preflight.headers["Access-Control-Allow-Headers"]


def test_a_page_may_read_why_it_got_nothing(client):
    response = client.get("/models/nobody/export?format=projector", headers={"Origin": PROJECTOR_PAGE})
    assert (response.status_code, response.headers["Access-Control-Allow-Origin"]) == (404, PROJECTOR_PAGE)


@pytest.mark.parametrize("path", ["/models/austen/export?format=tensors-tsv", "/models", "/models/austen"])
def test_pages_of_other_origins_and_other_answers_stay_closed(client, vectors, path):
    origin = PROJECTOR_PAGE if "export" not in path else "https://elsewhere.example"
    response = client.get(path, headers={"Origin": origin})
    assert "Access-Control-Allow-Origin" not in response.headers


def test_an_unknown_format_is_refused_by_name(client, vectors):
    response = export(client, "pickle")
    assert response.status_code == 422
    assert response.json["errors"][0]["pointer"] == "/format"
    assert "word2vec-text" in response.json["errors"][0]["detail"]


def test_a_model_without_vectors_cannot_be_exported(client, world):
    world.training()
    response = export(client, "safetensors")
    assert (response.status_code, response.json["model_status"]) == (409, "training")


def test_a_store_out_of_reach_is_told_before_anything_is_sent(client, vectors, world):
    world.artifacts.down = True
    assert export(client, "safetensors").status_code == 503


def test_vectors_that_are_gone_are_told(client, vectors, world):
    for model_id in {key.partition(".")[0] for key in world.artifacts._artifacts}:
        world.artifacts.remove(model_id)
    assert export(client, "safetensors").status_code == 500


@pytest.mark.parametrize("format_", FILES)
def test_memory_stays_small_whatever_the_size(format_):
    world = World()
    world.ready_with(some_vectors(60_000, 100), recorded=0)  # 24 MB of numbers, 96 MB as text
    function = world.function("list_models")
    tracemalloc.start()
    response = function.handle(
        Request("GET", "/models/austen/export", f"format={format_}", {"range": "bytes=-30000000"})
    )
    sent = sum(map(len, response.stream))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert sent == int(response.headers["Content-Length"])
    assert peak < 8 << 20
