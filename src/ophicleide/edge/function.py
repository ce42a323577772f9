"""A function at its address: health, events, HTTP, in that order, and the last line of defence."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from ophicleide.domain.errors import BodyTooLarge, FieldProblem, InvalidRequest, OphicleideError, UnsupportedMediaType
from ophicleide.edge import journal
from ophicleide.edge.content import sent
from ophicleide.edge.cross_origin import readable
from ophicleide.edge.documents import document
from ophicleide.edge.event_modes import mode_of
from ophicleide.edge.health import health
from ophicleide.edge.json_text import strict_json
from ophicleide.edge.messages import JSON, Request, Response, json_response
from ophicleide.edge.operation import Call, Operation, Outcome
from ophicleide.edge.problems import internal_error, problem_response
from ophicleide.edge.routing import Router
from ophicleide.edge.validation import refuse_parameters, validate, validate_parameters, with_path

MAX_KEY_LENGTH = 255


@dataclass(frozen=True)
class Function:
    """`name` is the operation's, e.g. `create_model`; of a request's headers answers repeat a well-formed X-Request-Id only."""

    name: str
    operations: Sequence[Operation]
    max_body_bytes: int = 1 << 20
    max_batch_events: int = 100
    _router: Router = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_router", Router(self.operations))

    def handle(self, request: Request) -> Response:
        started = time.perf_counter()
        request_id = journal.request_id(request)
        try:
            response = self._answer(request)
        except Exception:  # noqa: BLE001 - the outermost edge: whatever it was, the caller gets an answer
            response = internal_error(request.path, request_id)
        journal.tell(self.name, request, response, request_id, time.perf_counter() - started)
        return replace(response, headers={**response.headers, "X-Request-Id": request_id})

    def _answer(self, request: Request) -> Response:
        if (probed := health(request)) is not None:
            return probed
        if mode := mode_of(request):
            from ophicleide.edge import event_requests  # brings the CloudEvents SDK

            return event_requests.answer(self, request, mode)
        try:
            response = self._answer_http(request)
        except OphicleideError as error:
            response = problem_response(error, request.path)
        origins = self._router.origins(request.path)
        return readable(request, response, origins) if origins else response

    def _answer_http(self, request: Request) -> Response:
        if request.method == "OPTIONS":
            return Response(204, {"Allow": ", ".join(self._router.allowed(request.path))})
        match = self._router.find(request.method, request.path)
        operation = match.operation
        if operation.method in ("POST", "PUT"):
            refuse_parameters(request.query)
            value = validate(operation.takes, with_path(self._body(request), match.parameters))
        else:
            value = validate_parameters(operation.takes, request.query, match.parameters)
        operation.check(value)
        return _rendered(request, operation.run(value, _call(request)))

    def _body(self, request: Request) -> object:
        self.check_size(request)
        if request.media_type != JSON:
            raise UnsupportedMediaType(f"Send the body as Content-Type {JSON}.")
        return strict_json(request.body)

    def check_size(self, request: Request) -> None:
        if len(request.body) > self.max_body_bytes:
            raise BodyTooLarge(f"The body has more than {self.max_body_bytes} bytes, the most that is read.")


def _rendered(request: Request, outcome: Outcome) -> Response:
    if outcome.content is not None:
        return sent(request, outcome.content, outcome.headers)
    if outcome.value is None or outcome.status in (204, 304):
        return Response(outcome.status, outcome.headers)
    return json_response(outcome.status, document(outcome.value), outcome.headers)


def _call(request: Request) -> Call:
    key = request.headers.get("idempotency-key")
    if key is not None and not (0 < len(key) <= MAX_KEY_LENGTH and all("!" <= c <= "~" for c in key)):
        detail = f"the header Idempotency-Key must have 1 to {MAX_KEY_LENGTH} visible ASCII characters"
        raise InvalidRequest([FieldProblem("", detail)], detail)
    return Call(
        idempotency_key=None if key is None else f"http:{key}",
        if_none_match=request.headers.get("if-none-match"),
        base_url=request.base_url,
        arrived=request.arrived,
    )
