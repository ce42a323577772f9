"""The local run from outside: what answers at its one address, and how it refuses, recovers, restarts and ends."""

import os
import signal
from pathlib import Path
from uuid import uuid4

import pytest

from tests.document_store import DocumentStore
from tests.product import Product, living, run_runner, running, until

FUNCTIONS = ["create_model", "delete_model", "list_models", "query", "set_alias"]


def test_the_api_is_routed_by_the_contract(product: Product) -> None:
    assert product.get("/api/").json()["name"] == "ophicleide"
    assert product.get("/api/models").json().keys() == {"models", "next_cursor"}
    assert product.get("/api/queries").json().keys() == {"queries", "next_cursor"}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_each_function_is_reached_by_its_name(product: Product, name: str) -> None:
    assert product.get(f"/functions/{name}/health/liveness").status_code == 200


def test_a_function_that_is_not_there_is_a_problem(product: Product) -> None:
    reply = product.get("/functions/train/health/liveness")
    assert (reply.status_code, reply.headers["content-type"]) == (404, "application/problem+json")
    assert "create_model" in reply.json()["detail"]


@pytest.mark.parametrize("path", ["/nothing", "/api/nothing", "/api/models/a/b", "/samples/nothing", "/apimodels"])
def test_an_unknown_path_is_a_problem(product: Product, path: str) -> None:
    reply = product.get(path)
    assert (reply.status_code, reply.headers["content-type"]) == (404, "application/problem+json")
    assert reply.json()["type"] == "urn:ophicleide:problem:path-not-found"


def test_a_method_that_the_contract_does_not_have_is_a_problem(product: Product) -> None:
    reply = product.client.put(f"{product.address}/api/models", json={})
    assert reply.status_code == 405
    assert set(reply.headers["allow"].split(", ")) == {"GET", "HEAD", "OPTIONS", "POST"}


def test_a_functions_problem_passes_through_unchanged(product: Product) -> None:
    straight = product.get("/functions/list_models/models/nobody").json()
    assert product.get("/api/models/nobody").json() == straight
    assert straight["type"] == "urn:ophicleide:problem:model-not-found"


def test_percent_encoded_names_reach_the_function_as_they_are(product: Product) -> None:
    assert "'a b%é'" in product.get("/api/models/a%20b%25%C3%A9").json()["detail"]


def test_the_page_and_the_contract_are_served(product: Product) -> None:
    page, contract = product.get("/"), product.get("/openapi.yaml")
    assert page.headers["content-type"].startswith("text/html")
    assert "Ophicleide" in page.text
    assert contract.text == Path("openapi/ophicleide.yaml").read_text()


def test_samples_are_listed_and_are_the_files_themselves(product: Product) -> None:
    samples = {sample["name"]: sample for sample in product.get("/samples/").json()["samples"]}
    assert len(samples) == 6
    reply = product.client.get(samples["emma"]["url"])
    assert reply.content == Path("data/austen/emma.txt.gz").read_bytes()
    assert reply.headers["content-type"] == "application/gzip"


def test_a_sample_that_did_not_change_is_not_sent_again(product: Product) -> None:
    etag = product.get("/samples/emma.txt.gz").headers["etag"]
    again = product.get("/samples/emma.txt.gz", headers={"If-None-Match": etag})
    assert (again.status_code, again.content) == (304, b"")


def test_samples_lead_nowhere_else(product: Product) -> None:
    assert product.get("/samples/..%2f..%2fpyproject.toml").status_code == 404


def test_an_event_to_the_broker_is_taken_and_a_bad_one_is_a_problem(product: Product) -> None:
    headers = {"ce-id": str(uuid4()), "ce-source": "/tests", "ce-type": "nobody.wants.this", "ce-specversion": "1.0"}
    assert product.post("/broker", headers=headers).status_code == 202
    reply = product.post("/broker", json={})
    assert (reply.status_code, reply.json()["type"]) == (400, "urn:ophicleide:problem:malformed-event")


def test_a_create_event_makes_a_model_that_the_api_lists(product: Product) -> None:
    name = f"by event {uuid4()}"
    headers = {"ce-id": name, "ce-source": "/tests", "ce-type": "dev.ophicleide.model.create.v1"}
    body = {"name": name, "urls": [f"{product.address}/samples/emma.txt.gz"]}
    assert product.post("/broker", json=body, headers={**headers, "ce-specversion": "1.0"}).status_code == 202
    models = until(lambda: product.get("/api/models", params={"name": name}).json()["models"])
    assert [model["name"] for model in models] == [name]
    assert product.delete(f"/api/models/{models[0]['id']}").status_code == 204


def test_a_killed_function_is_started_again(product: Product) -> None:
    killed = product.function("query")
    os.kill(killed.pid, signal.SIGKILL)
    until(lambda: not living([killed]) and product.has("query"))
    until(lambda: product.get("/api/queries").status_code == 200)


def test_a_killed_store_is_started_again_with_its_data(product: Product) -> None:
    word = product.get("/api/models").json()
    store = next(p for p in product.processes() if "--storage-path" in p.cmdline())
    os.kill(store.pid, signal.SIGKILL)
    until(lambda: not living([store]))
    assert until(lambda: (r := product.get("/api/models")).status_code == 200 and r.json()) == word


def test_a_taken_port_is_one_sentence(product: Product, tmp_path: Path) -> None:
    port = product.address.rpartition(":")[2]
    ended = run_runner("--port", port, "--data", str(tmp_path / "other"))
    assert ended.returncode == 1
    assert ended.stderr == (
        f"Port {port} is taken by another program."
        f" Stop that one, or choose another port: make run PORT={int(port) + 1}\n"
    )


def test_a_second_runner_on_the_same_data_is_refused(product: Product) -> None:
    ended = run_runner("--port", "0", "--data", str(product.data))
    assert ended.returncode == 1
    assert ended.stderr.startswith(f"Another Ophicleide runs on the data folder {product.data} at {product.address} ")
    assert "Traceback" not in ended.stderr


def test_a_mistyped_setting_is_told_before_anything_starts(tmp_path: Path) -> None:
    ended = run_runner("--port", "0", "--data", str(tmp_path), OPHICLEIDE_LAUNCH_SECOND="1", OPHICLEIDE_LOG_LEVEL="x")
    assert ended.returncode == 1
    assert "OPHICLEIDE_LAUNCH_SECOND: there is no such setting" in ended.stderr
    assert "OPHICLEIDE_LOG_LEVEL: " in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_port_that_is_none_is_told() -> None:
    ended = run_runner("--port", "eighty")
    assert ended.returncode == 2
    assert "'eighty' is no port" in ended.stderr


def test_ctrl_c_ends_everything_and_the_next_start_finds_its_data(tmp_path: Path) -> None:
    with running(tmp_path) as product:
        body = {"name": "kept", "urls": [f"{product.address}/samples/emma.txt.gz"]}
        made = product.post("/api/models", json=body)
        assert made.status_code == 201
        assert product.client.get(made.url.join(made.headers["location"])).json()["name"] == "kept"
        until(lambda: any("spark_jobs" in str(p.cmdline()) for p in product.processes()))
        processes = product.processes()
        assert product.stop(signal.SIGINT) == 0
        assert living(processes) == []
        product.start()
        assert [model["name"] for model in product.get("/api/models").json()["models"]] == ["kept"]


def test_nothing_stays_behind_a_killed_runner(tmp_path: Path) -> None:
    with running(tmp_path) as product:
        processes = product.processes()
        product.stop(signal.SIGKILL)
        until(lambda: not living(processes))
        product.start()
        assert product.get("/api/models").status_code == 200


def test_a_store_of_ones_own_is_used(document_store: DocumentStore, tmp_path: Path) -> None:
    database = f"own-{uuid4()}"
    with running(tmp_path, MONGODB_URI=document_store.uri, OPHICLEIDE_DATABASE=database) as product:
        assert product.get("/api/models").json()["models"] == []
        assert not any("--storage-path" in p.cmdline() for p in product.processes())
        assert "yours, by MONGODB_URI" in until(lambda: product.output)
