"""The one address: the landing page, the API by its contract, each function by its name, the broker, the samples."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import httpx
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from ophicleide.domain.errors import (
    BodyTooLarge,
    MalformedEvent,
    MethodNotAllowed,
    OphicleideError,
    PathNotFound,
    Unavailable,
)
from ophicleide.edge import journal
from ophicleide.edge.cloudevents import read
from ophicleide.edge.event_modes import mode_of
from ophicleide.edge.messages import Request as Message
from ophicleide.edge.problems import internal_error, problem_response
from ophicleide.runner import samples
from ophicleide.runner.broker import MAX_REPLY_EVENTS, Broker, BrokerFull
from ophicleide.runner.contract import Contract
from ophicleide.runner.forwarding import forward

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
MAX_BODY_BYTES = 16 << 20
"""Only a bulwark for this process: the functions have limits of their own and tell them better."""


@dataclass(frozen=True)
class Gateway:
    """`address_of` gives a function's URL, None where it is not running; `is_ready` tells it of every process."""

    root: Path
    contract: Contract
    address_of: Callable[[str], str | None]
    functions: frozenset[str]
    broker: Broker
    client: httpx.AsyncClient
    is_ready: Callable[[], dict[str, bool]]

    def app(self) -> Starlette:
        pages = {"/": Path(__file__).with_name("landing.html"), "/openapi.yaml": self.root / "openapi/ophicleide.yaml"}
        routes = [
            *(Route(path, _file(page)) for path, page in pages.items()),
            Route("/health/readiness", self._health),
            Route("/broker", self._take_events, methods=["POST"]),
            Route("/api{path:path}", self._api, methods=METHODS),
            Route("/functions/{name}{path:path}", self._function, methods=METHODS),
            samples.routes(self.root / "data/austen"),
        ]
        handlers = {OphicleideError: _problem, HTTPException: _http_problem, Exception: _fault}
        return Starlette(routes=routes, exception_handlers=handlers)  # type: ignore[arg-type]

    async def _health(self, _: Request) -> Response:
        states = self.is_ready()
        return JSONResponse({"ready": states}, 200 if all(states.values()) else 503, {"Cache-Control": "no-store"})

    async def _api(self, request: Request) -> Response:
        name = self.contract.function(request.method, request.path_params["path"] or "/")
        return await self._forward(request, name, "/api")

    async def _function(self, request: Request) -> Response:
        name = request.path_params["name"]
        if name not in self.functions or request.path_params["path"][:1] not in ("", "/"):
            raise PathNotFound(f"There is no function '{name}'. There are: {', '.join(sorted(self.functions))}.")
        return await self._forward(request, name, f"/functions/{name}")

    async def _forward(self, request: Request, name: str, prefix: str) -> Response:
        address = self.address_of(name)
        if address is None:
            raise Unavailable(f"The function {name} is being started. Try again in a moment.")
        path = request.scope["raw_path"].decode("ascii")[len(prefix) :] or "/"
        return await forward(self.client, request, address, path, prefix=prefix, max_body_bytes=MAX_BODY_BYTES)

    async def _take_events(self, request: Request) -> Response:
        message = Message("POST", "/broker", headers=dict(request.headers), body=await _body(request))
        mode = mode_of(message)
        if mode is None:
            raise MalformedEvent("This address takes CloudEvents 1.0: send ce- headers or a structured event.")
        try:
            self.broker.take(read(message, mode, MAX_REPLY_EVENTS))
        except BrokerFull as error:
            raise Unavailable("Too many events wait to be delivered. Try again in a moment.", 5) from error
        return Response(status_code=202)


async def _body(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            raise BodyTooLarge(f"The body has more than {MAX_BODY_BYTES} bytes, the most that is read.")
    return bytes(body)


def _file(path: Path) -> Callable[[Request], Awaitable[Response]]:
    media_type = {".html": "text/html", ".yaml": "application/yaml"}[path.suffix]

    async def answer(_: Request) -> Response:
        return FileResponse(path, media_type=media_type, headers={"Cache-Control": "no-cache"})

    return answer


async def _problem(request: Request, error: OphicleideError) -> Response:
    answer = problem_response(error, request.url.path)
    return Response(answer.body, answer.status, dict(answer.headers))


async def _http_problem(request: Request, error: HTTPException) -> Response:
    if error.status_code == httpx.codes.METHOD_NOT_ALLOWED:
        allowed = [method.strip() for method in (error.headers or {}).get("Allow", "").split(",")]
        return await _problem(
            request, MethodNotAllowed(f"{request.url.path} takes {', '.join(sorted(allowed))}.", allowed)
        )
    if error.status_code == httpx.codes.NOT_FOUND:
        return await _problem(
            request, PathNotFound("Nothing answers here. The page at / says what does, /openapi.yaml how.")
        )
    return Response(error.detail, error.status_code, error.headers)


async def _fault(request: Request, _: Exception) -> Response:
    plain = Message(request.method, request.url.path, headers=request.headers)
    answer = internal_error(plain.path, journal.request_id(plain))
    return Response(answer.body, answer.status, dict(answer.headers))
