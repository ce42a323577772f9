"""What every function does alike: bodies that cannot be read, paths, methods, health, faults of our own."""

import json
import logging

import pytest

from ophicleide.domain.errors import OphicleideError
from ophicleide.domain.values import Value
from ophicleide.edge.function import Function
from ophicleide.edge.messages import Request
from ophicleide.edge.operation import Operation
from ophicleide.edge.problems import TABLE
from tests.functions.world import MAX_BODY_BYTES, URL

FUNCTIONS = ("create_model", "delete_model", "list_models", "query", "set_alias")
SECRET = "s3cret-token"


def problem(response) -> str:
    assert response.content_type == "application/problem+json"
    assert response.json.keys() >= {"type", "title", "status", "detail", "instance"}
    assert response.json["status"] == response.status_code
    return response.json["type"].removeprefix("urn:ophicleide:problem:")


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("path", ["/health/liveness", "/health/readiness"])
def test_every_function_tells_its_health_without_the_store(serve, world, name, path):
    world.models.down = True
    assert serve(name).get(path).status_code == 200


@pytest.mark.parametrize("name", FUNCTIONS)
def test_an_unknown_path_is_a_problem(serve, name):
    assert problem(serve(name).get("/nowhere")) == "path-not-found"


@pytest.mark.parametrize(
    "path", ["/models/", "/models//a", "/models//", "/models/a/b", "/models/a%2Fb", "/models/a%0Ab", "/robots.txt"]
)
def test_a_path_is_taken_literally(serve, path):
    response = serve("list_models").get(path)
    assert response.status_code == 404
    assert problem(response) in ("path-not-found", "model-not-found")


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "POST", "TRACE"])
def test_another_method_is_told_which_are_taken(serve, method):
    response = serve("list_models").open("/models", method=method)
    assert (response.status_code, response.headers["Allow"]) == (405, "GET, HEAD, OPTIONS")


def test_options_tells_the_methods_and_head_the_headers(serve):
    client = serve("list_models")
    assert client.options("/models").headers["Allow"] == "GET, HEAD, OPTIONS"
    head = client.head("/models")
    assert (head.status_code, head.data, head.content_type) == (200, b"", "application/json")


BROKEN = {
    "no JSON at all": b"name=austen",
    "cut short": b'{"name": "austen"',
    "nothing": b"",
    "a name twice": b'{"name": "a", "name": "b"}',
    "NaN": b'{"name": "a", "parameters": {"sample": NaN}}',
    "broken UTF-8": b'{"name": "\xff"}',
    "half a surrogate pair": b'{"name": "\\ud800"}',
    "two documents": b"{} {}",
    "a deep nest": b"[" * 5000,
    "an endless number": b'{"name": ' + b"9" * 5000 + b"}",
    "a byte order mark": b'\xef\xbb\xbf{"name": "a"}',
}


@pytest.mark.parametrize("case", BROKEN)
def test_broken_json_is_told(serve, case):
    response = serve("create_model").post("/models", data=BROKEN[case], content_type="application/json")
    assert (response.status_code, problem(response)) == (400, "malformed-request")


def test_broken_json_is_told_with_its_place(serve):
    body = b'{"name": "a",\n "urls": oops}'
    response = serve("create_model").post("/models", data=body, content_type="application/json")
    assert "at line 2, column 10" in response.json["detail"]


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", None])
def test_another_content_type_is_refused(serve, kind):
    response = serve("create_model").post("/models", data=b'{"name": "a"}', content_type=kind)
    assert (response.status_code, problem(response)) == (415, "unsupported-media-type")


@pytest.mark.parametrize("kind", ["application/json; charset=utf-8", "Application/JSON"])
def test_a_content_type_may_have_parameters_and_capitals(serve, kind):
    body = json.dumps({"name": "a", "urls": [URL]})
    assert serve("create_model").post("/models", data=body, content_type=kind).status_code == 201


@pytest.mark.parametrize(("size", "status"), [(MAX_BODY_BYTES, 422), (MAX_BODY_BYTES + 1, 413)])
def test_a_body_is_read_up_to_the_limit(serve, size, status):
    body = json.dumps({"name": ""}).encode().ljust(size)
    assert serve("create_model").post("/models", data=body, content_type="application/json").status_code == status


def test_a_query_string_where_none_is_taken_is_told(serve):
    response = serve("create_model").post("/models?dry_run=1", json={"name": "a", "urls": [URL]})
    assert response.json["errors"] == [{"pointer": "/dry_run", "detail": "there is no such parameter"}]


@pytest.mark.parametrize("query", ["name=%ff", "&".join(f"a{n}=1" for n in range(101))])
def test_a_query_string_that_cannot_be_read_is_told(serve, query):
    assert problem(serve("list_models").get(f"/models?{query}")) == "malformed-request"


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_store_out_of_reach_is_503_with_retry_after(serve, world, name):
    world.models.down = True
    requests = {
        "create_model": ("POST", "/models", {"name": "a", "urls": [URL]}),
        "delete_model": ("DELETE", "/models/a", None),
        "list_models": ("GET", "/models", None),
        "query": ("POST", "/queries", {"model": "a", "word": "b"}),
        "set_alias": ("PUT", "/aliases/a", {"model": "b"}),
    }
    method, path, body = requests[name]
    response = serve(name).open(path, method=method, json=body)
    assert (response.status_code, problem(response)) == (503, "store-unavailable")
    assert response.headers["Retry-After"] == "2"


@pytest.mark.parametrize("name", FUNCTIONS)
def test_what_a_caller_sends_in_headers_never_comes_back(serve, name):
    headers = {"Authorization": SECRET, "Cookie": SECRET, "X-Request-Id": f"{SECRET}\t!", "ce-id": SECRET}
    for path in ("/models", "/queries", "/nowhere"):
        response = serve(name).post(path, headers=headers, json={})
        assert SECRET not in response.text + str(response.headers)


def _explodes(_value, _call):
    raise RuntimeError(f"mongodb://user:{SECRET}@host is broken")


@pytest.fixture
def faulty():
    return Function("faulty", (Operation("boom", "GET", "/boom", Value, _explodes),))


def test_a_fault_of_ours_tells_nothing_of_its_inside(faulty, caplog):
    response = faulty.handle(Request("GET", "/boom"))
    document = json.loads(response.body)
    assert (response.status, document["type"]) == (500, "urn:ophicleide:problem:internal-error")
    assert SECRET not in response.body.decode()


def test_a_fault_of_ours_is_in_the_log_without_credentials(faulty, capsys):
    from ophicleide.edge import logs

    logs.set_up("json", "INFO")
    faulty.handle(Request("GET", "/boom", headers={"x-request-id": "r-1"}))
    logging.getLogger("ophicleide").handlers.clear()
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(line["severity"], line["request_id"]) for line in lines] == [("ERROR", "r-1"), ("ERROR", "r-1")]
    assert "RuntimeError" in lines[0]["exception"]
    assert SECRET not in str(lines)


def test_a_request_is_one_line_of_the_log(world, capsys):
    from ophicleide.edge import logs

    logs.set_up("text", "INFO")
    world.function("list_models").handle(Request("GET", "/models/a\nERROR made up"))
    logging.getLogger("ophicleide").handlers.clear()
    (line,) = capsys.readouterr().out.splitlines()
    assert "GET /models/a%0AERROR%20made%20up 404" in line


def test_every_error_of_the_domain_has_a_status():
    def family(kind):
        return {kind} | {one for sub in kind.__subclasses__() for one in family(sub)}

    assert family(OphicleideError) - {OphicleideError} <= set(TABLE)


def test_no_permanent_error_on_the_event_path_is_retried_by_a_broker():
    retried = {404, 408, 409, 410, 429}
    assert all(statuses.event in (400, 422, 503) and statuses.event not in retried for statuses in TABLE.values())
