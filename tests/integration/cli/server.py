"""A small server that answers as the contract's examples do, on a real socket; it keeps what it was asked."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import uvicorn
import yaml
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

CONTRACT = yaml.safe_load((Path(__file__).parents[3] / "openapi/ophicleide.yaml").read_text())
EXAMPLES = {name: example["value"] for name, example in CONTRACT["components"]["examples"].items()}
QUESTIONS = {"similarity": "Similar", "doesnt-match": "OddOneOut", "rank": "Ranked", "words": "Words"}
STEPS = (("starting", 0.0), ("training", 0.5))


def problem(response: str) -> JSONResponse:
    document = CONTRACT["components"]["responses"][response]["content"]["application/problem+json"]["example"]
    return JSONResponse(document, document["status"], {"Retry-After": "0"}, "application/problem+json")


class Asked(NamedTuple):
    request: Request
    body: bytes


class ContractServer:
    """Models named `fails` end in failure and those named `slow` never end; others are ready after three looks."""

    def __init__(self) -> None:
        self.models: list[dict[str, Any]] = []
        self.looks: dict[str, int] = {}
        self.requests: list[tuple[str, str, dict[str, str], bytes]] = []
        self.busy = 0
        self.url = ""

    async def answer(self, request: Request) -> Response:
        body = await request.body()
        path = request.scope["raw_path"].decode() + (f"?{request.url.query}" if request.url.query else "")
        self.requests.append((request.method, path, dict(request.headers), body))
        if self.busy:
            self.busy -= 1
            return problem("Unavailable")
        handler = getattr(self, f"{request.method.lower()}_{request.path_params['place']}")
        return handler(Asked(request, body))

    def get_service(self, _: Asked) -> Response:
        return JSONResponse({"name": "ophicleide", "version": "9.9.9", "training_queue_length": 0})

    def post_models(self, asked: Asked) -> Response:
        wanted = json.loads(asked.body)
        if wanted.get("urls", [""])[0].startswith("ftp"):
            return problem("Invalid")
        model = deepcopy(EXAMPLES["PendingModel"]) | {"name": wanted["name"], "id": str(UUID(int=len(self.models) + 1))}
        self.models.insert(0, model)
        return JSONResponse(model, 201)

    def get_models(self, asked: Asked) -> Response:
        wanted = {key: asked.request.query_params.get(key) for key in ("name", "status")}
        found = [m for m in self.models if all(value in (None, m[key]) for key, value in wanted.items())]
        start, limit = int(asked.request.query_params.get("cursor", 0)), int(asked.request.query_params.get("limit", 2))
        after = str(start + limit) if start + limit < len(found) else None
        return JSONResponse({"models": found[start : start + limit], "next_cursor": after})

    def get_model(self, asked: Asked) -> Response:
        ref = asked.request.path_params["id"]
        model = next((m for m in self.models if ref in (m["id"], m["name"])), None)
        if model is None:
            return problem("NotFound")
        self._advance(model)
        return JSONResponse(model)

    def delete_model(self, asked: Asked) -> Response:
        self.models = [m for m in self.models if m["id"] != asked.request.path_params["id"]]
        return Response(status_code=204)

    def get_question(self, asked: Asked) -> Response:
        return JSONResponse(EXAMPLES[QUESTIONS[asked.request.path_params["question"]]])

    def post_most_similar(self, asked: Asked) -> Response:
        answers = [{"word": None, **EXAMPLES["CaptainAnswer"]} for _ in json.loads(asked.body)["queries"]]
        return JSONResponse({"model_id": "", "model_name": "austen", "answers": answers})

    def post_queries(self, asked: Asked) -> Response:
        word = json.loads(asked.body).get("word")
        if word == "capitain":
            return problem("UnknownWord")
        return JSONResponse(EXAMPLES["CaptainQuery"] | {"word": word}, 201)

    def get_queries(self, _: Asked) -> Response:
        return JSONResponse({"queries": [EXAMPLES["CaptainQuery"]], "next_cursor": None})

    def get_most_similar(self, asked: Asked) -> Response:
        return (
            problem("NotReady")
            if asked.request.path_params["id"] == "slow"
            else JSONResponse(EXAMPLES["CaptainAnswer"])
        )

    def post_function(self, asked: Asked) -> Response:
        if asked.request.headers.get("ce-type") == "refused":
            return problem("Invalid")
        attributes = {"specversion": "1.0", "id": "r%201", "source": "/ophicleide/query", "type": "answered"}
        if asked.request.headers["content-type"].startswith("application/cloudevents+json"):
            event = attributes | {"data": EXAMPLES["CaptainQuery"]}
            return JSONResponse(event, media_type="application/cloudevents+json")
        return JSONResponse(EXAMPLES["CaptainQuery"], headers={f"ce-{k}": v for k, v in attributes.items()})

    def post_broker(self, _: Asked) -> Response:
        return Response(status_code=202)

    def get_page(self, _: Asked) -> Response:
        return Response("<h1>Ophicleide</h1>", media_type="text/html")

    def _advance(self, model: dict[str, Any]) -> None:
        look = self.looks[model["id"]] = self.looks.get(model["id"], -1) + 1
        if look < len(STEPS) or model["name"] == "slow":
            phase, fraction = STEPS[min(look, len(STEPS) - 1)]
            progress = {"phase": phase, "fraction": fraction, "words_per_second": 98765.0, "seconds_left": 7.0}
            model.update(status="training", progress=progress)
        elif model["name"] == "fails":
            failure = {"code": "unreachable-url", "detail": "The host has no address.", "url": model["urls"][0]}
            model.update(status="failed", progress=None, failure=failure)
        else:
            model.update(EXAMPLES["ReadyModel"] | {"id": model["id"], "name": model["name"]})

    def routes(self) -> list[Route]:
        places = {
            "/api/": "service",
            "/api/models": "models",
            "/api/models/{id}": "model",
            "/api/models/{id}/most-similar": "most_similar",
            "/api/models/{id}/{question}": "question",
            "/api/queries": "queries",
            "/functions/{name}/": "function",
            "/broker": "broker",
            "/models": "page",
        }
        return [Route(path, self._at(place), methods=["GET", "POST", "DELETE"]) for path, place in places.items()]

    def _at(self, place: str) -> Any:
        async def endpoint(request: Request) -> Response:
            request.path_params["place"] = place
            return await self.answer(request)

        return endpoint


@contextmanager
def serving() -> Iterator[ContractServer]:
    server = ContractServer()
    config = uvicorn.Config(Starlette(routes=server.routes()), port=0, log_level="warning", lifespan="off")
    listener = config.bind_socket()
    web = uvicorn.Server(config)
    thread = threading.Thread(target=web.run, args=([listener],))
    thread.start()
    server.url = f"http://127.0.0.1:{listener.getsockname()[1]}/api"
    try:
        yield server
    finally:
        web.should_exit = True
        thread.join(10)
        listener.close()
