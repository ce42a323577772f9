"""Stories from a text's URL to an answer, on the whole product with real Spark, by HTTP and by CloudEvents."""

import os
import signal
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import psutil
import pytest

from ophicleide.launchers.sessions import Session
from tests.product import Product, living, running, until

TRAINING_SECONDS = 240
# Its captain is a Wentworth.
NOVEL = "persuasion"

pytestmark = pytest.mark.timeout(TRAINING_SECONDS + 60)


def order(product: Product, *novels: str, **more: Any) -> dict[str, Any]:
    urls = [f"{product.address}/samples/{novel}.txt.gz" for novel in novels or (NOVEL,)]
    return {"name": f"e2e {uuid4()}", "urls": urls, **more}


def model(product: Product, model_id: str) -> dict[str, Any]:
    return dict(product.get(f"/api/models/{model_id}").json())


def ready(product: Product, model_id: str) -> dict[str, Any]:
    """The model when its training has ended; what the job logged where it did not end well."""
    found = until(
        lambda: (m := model(product, model_id))["status"] not in ("pending", "training") and m, TRAINING_SECONDS
    )
    log = product.data / "jobs" / model_id / "1" / "job.log"
    assert found["status"] == "ready", f"{found['failure']}\n{log.read_text()}"
    return dict(found)


def neighbours(reply: httpx.Response) -> list[str]:
    return [neighbour["word"] for neighbour in reply.json()["neighbours"]]


def job_processes(product: Product, model_id: str) -> list[psutil.Process]:
    record = product.data / "jobs" / model_id / "1" / "job.json"
    return Session.model_validate_json(record.read_text()).members()


def has_jvm(processes: list[psutil.Process]) -> bool:
    return "java" in [name(process) for process in processes]


def name(process: psutil.Process) -> str:
    try:
        return str(process.name())
    except psutil.NoSuchProcess:
        return ""


def test_from_urls_to_neighbours_by_http(product: Product) -> None:
    asked = order(product, "prideprejudice", "emma", labels={"author": "austen"})
    made = product.post("/api/models", json=asked)
    assert (made.status_code, made.json()["status"]) == (201, "pending")
    address = made.url.join(made.headers["location"])
    progress = until(lambda: product.client.get(address).json()["progress"], TRAINING_SECONDS)
    assert 0 <= progress["fraction"] <= 1
    found = ready(product, made.json()["id"])
    assert found["result"]["corpus"]["tokens"] > 200_000
    assert [source["url"] for source in found["result"]["sources"]] == asked["urls"]
    answer = product.post("/api/queries", json={"model": asked["name"], "word": "monday", "top_k": 20})
    assert answer.status_code == 201
    assert {"tuesday", "wednesday", "thursday", "friday", "saturday"} & set(neighbours(answer))
    kept = product.client.get(answer.url.join(answer.headers["location"]))
    assert neighbours(kept) == neighbours(answer)
    near = product.get(f"/api/models/{found['id']}/most-similar", params={"word": "monday", "top_k": 20})
    assert neighbours(near) == neighbours(answer)


def test_from_urls_to_neighbours_by_cloudevents(product: Product) -> None:
    asked = order(product)
    event = {"ce-source": "/e2e", "ce-specversion": "1.0"}
    create = {**event, "ce-id": asked["name"], "ce-type": "dev.ophicleide.model.create.v1"}
    for _ in range(2):  # delivered twice, as a broker may
        assert product.post("/broker", json=asked, headers=create).status_code == 202
    find = {"name": asked["name"]}
    made = until(lambda: product.get("/api/models", params=find).json()["models"])
    ready(product, made[0]["id"])
    query = {**event, "ce-id": str(uuid4()), "ce-type": "dev.ophicleide.query.v1"}
    reply = product.post("/functions/query", json={"model": asked["name"], "word": "captain"}, headers=query)
    assert reply.headers["ce-type"] == "dev.ophicleide.query.answered.v1"
    assert "wentworth" in neighbours(reply)
    assert len(product.get("/api/models", params=find).json()["models"]) == 1
    until(lambda: f"dev.ophicleide.model.ready.v1 {made[0]['id']}" in product.output)
    assert product.put("/api/aliases/chosen", json={"model": asked["name"]}).status_code == 200
    until(lambda: f"dev.ophicleide.alias.changed.v1 {made[0]['id']}" in product.output)


def test_a_training_survives_the_restart_of_the_function_that_launched_it(product: Product) -> None:
    made = product.post("/api/models", json=order(product)).json()
    until(lambda: has_jvm(job_processes(product, made["id"])))
    launcher = product.function("create_model")
    os.kill(launcher.pid, signal.SIGKILL)
    until(lambda: not living([launcher]) and product.has("create_model"))
    assert ready(product, made["id"])["attempt"] == 1


def test_deleting_a_model_in_training_ends_its_job_and_its_jvm(product: Product) -> None:
    made = product.post("/api/models", json=order(product, parameters={"epochs": 1000})).json()
    until(lambda: model(product, made["id"])["status"] == "training", TRAINING_SECONDS)
    processes = until(lambda: has_jvm(found := job_processes(product, made["id"])) and found)
    assert product.delete(f"/api/models/{made['id']}").status_code == 204
    until(lambda: not living(processes))
    assert product.get(f"/api/models/{made['id']}").status_code == 404


def test_models_beyond_the_limit_wait_in_line_until_there_is_room(tmp_path: Path) -> None:
    with running(tmp_path, OPHICLEIDE_CONCURRENT_JOBS="1") as product:
        long, short = (
            product.post("/api/models", json=order(product, parameters={"epochs": epochs})).json()["id"]
            for epochs in (1000, 1)
        )
        until(lambda: model(product, long)["status"] == "training", TRAINING_SECONDS)
        seen = model(product, short)
        until(lambda: model(product, short)["updated_at"] > seen["updated_at"])
        assert model(product, short)["status"] == "pending"
        product.delete(f"/api/models/{long}")
        ready(product, short)
