"""What a request for a model may hold, and when two requests are the same."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from ophicleide.domain.models import MAX_LABELS, CreateModel
from ophicleide.domain.names import MAX_NAME_LENGTH, MAX_URL_LENGTH, is_id
from ophicleide.system import uuid7
from tests.builders import a_request


def faults(**fields: Any) -> list[tuple[int | str, ...]]:
    """Where the request is wrong."""
    try:
        a_request(**fields)
    except ValidationError as error:
        return [fault["loc"] for fault in error.errors()]
    return []


@pytest.mark.parametrize(
    "name", ["a", "x" * MAX_NAME_LENGTH, "Jane Austen: six novels", "Ἰλιάς", "$where", "a.b", "📖"]
)
def test_a_name_is_any_printable_text(name: str) -> None:
    assert a_request(name=name).name == name


@pytest.mark.parametrize(
    "name", ["", "x" * (MAX_NAME_LENGTH + 1), " a", "a ", "a/b", "a\nb", "a\0b", "\u202ea", "\ud800", 7, None]
)
def test_a_name_that_cannot_be_shown_or_put_into_a_path_is_refused(name: object) -> None:
    assert faults(name=name) == [("name",)]


def test_a_name_never_looks_like_an_id() -> None:
    assert faults(name=uuid7()) == [("name",)]


@given(st.uuids())
def test_every_uuid_in_its_canonical_form_is_an_id(uuid: object) -> None:
    assert is_id(str(uuid))
    assert not is_id(str(uuid) + "\n")
    assert not is_id(f"{{{uuid}}}")


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost:8080/samples/emma.txt.gz",
        "https://example.com/a%20b?c=d#e",
        "HTTPS://EXAMPLE.COM",
        "http://[2001:db8::1]:8000/",
        "http://127.0.0.1/",
        "http://xn--bcher-kva.example/",
        "http://example.com/" + "x" * (MAX_URL_LENGTH - 19),
    ],
)
def test_a_url_of_http_or_https_is_taken_as_it_is(url: str) -> None:
    assert a_request(urls=(url,)).urls == (url,)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "emma.txt",
        "//example.com/emma.txt",
        "file:///etc/passwd",
        "ftp://example.com/",
        "hdfs://example.com/",
        "data:text/plain,hello",
        "http://",
        "http:///emma.txt",
        "http://:80/",
        "http://example.com:port/",
        "http://example.com:99999/",
        "http://[::1/",
        "http://user@example.com/",
        "http://user:s3cret@example.com/",
        "http://example.com/a b",
        "http://exam\nple.com/",
        "http://example.com/\0",
        "http://bücher.example/",
        " http://example.com/",
        "http://example.com/" + "x" * (MAX_URL_LENGTH - 18),
    ],
)
def test_other_urls_are_refused_with_their_place(url: str) -> None:
    assert faults(urls=("https://example.com/", url)) == [("urls", 1)]


def test_a_model_needs_one_url_at_least() -> None:
    assert faults(urls=()) == [("urls",)]


@pytest.mark.parametrize("labels", [{"a": ""}, {"A-b_9": "any text = fine"}, {f"k{n}": "v" for n in range(MAX_LABELS)}])
def test_labels_are_the_callers_own(labels: dict[str, str]) -> None:
    assert a_request(labels=labels).labels == labels


@pytest.mark.parametrize(
    "labels",
    [
        {"": "v"},
        {"$where": "v"},
        {"a.b": "v"},
        {"-a": "v"},
        {"x" * 64: "v"},
        {"a": "x" * 64},
        {"a": "\0"},
        {"a": "\ud800"},
        {"a": 1},
        {f"k{n}": "v" for n in range(MAX_LABELS + 1)},
    ],
)
def test_labels_beyond_the_bounds_are_refused(labels: dict[str, object]) -> None:
    assert [place[0] for place in faults(labels=labels)] == ["labels"]


def test_all_faults_are_told_at_once() -> None:
    assert set(faults(name="", urls=(), colour="red", parameters={"window": 0})) == {
        ("name",),
        ("urls",),
        ("colour",),
        ("parameters", "window"),
    }


def test_requests_that_mean_the_same_have_one_fingerprint() -> None:
    one = '{"name":"a","urls":["http://x/"],"labels":{"k":"1","l":"2"},"parameters":{"sample":1}}'
    other = """{ "parameters": {"seed": 1, "sample": 1.0, "window": 3, "epochs": null},
                 "labels": {"l": "2", "k": "1"}, "urls": ["http://x/"], "name": "a" }"""
    assert CreateModel.model_validate_json(one).fingerprint() == CreateModel.model_validate_json(other).fingerprint()


@pytest.mark.parametrize(
    "change",
    [
        {"name": "b"},
        {"urls": ["http://x/", "http://y/"]},
        {"urls": ["http://y/", "http://x/"]},
        {"parameters": {"seed": 2}},
        {"labels": {"k": "2"}},
        {"labels": {}},
    ],
)
def test_requests_that_differ_have_different_fingerprints(change: dict[str, object]) -> None:
    body = {"name": "a", "urls": ["http://x/"], "labels": {"k": "1"}}
    one, other = CreateModel.model_validate(body), CreateModel.model_validate({**body, **change})
    assert one.fingerprint() != other.fingerprint()


@given(st.dictionaries(st.from_regex(r"[a-z]{1,8}", fullmatch=True), st.from_regex(r"[a-z ]{0,8}", fullmatch=True)))
def test_a_request_survives_json(labels: dict[str, str]) -> None:
    request = a_request(labels=dict(list(labels.items())[:MAX_LABELS]))
    again = CreateModel.model_validate(json.loads(request.model_dump_json()))
    assert again == request
    assert again.fingerprint() == request.fingerprint()
