"""The short way to an answer: words near to words by GET, from what was found when the model was made, or from its vectors.

It takes only requests that are plainly right and answers only what is surely known; everything else, every refusal
among it, is left to the whole function, which is loaded when it is first needed and would give the very same bytes.
No pydantic here, and no numpy before vectors are needed: they would be most of a cold start.
"""

from collections.abc import Callable
from dataclasses import replace
from threading import Lock
from time import perf_counter

from functions.query.kept_answers import Kept, KeptAnswers, Standing
from functions.query.nearest import Nearest
from functions.query.plain import Plain, body, entity_tag, plain
from functions.query.timing import Cost
from ophicleide.domain.errors import StoreUnavailable
from ophicleide.domain.published import Published
from ophicleide.edge import journal
from ophicleide.edge.conditional import still_holds
from ophicleide.edge.health import health
from ophicleide.edge.messages import JSON, Handler, Request, Response

# A ready model never changes, but it may be deleted, and with kept answers' own second no copy answers after two.
CACHE_CONTROL = "private, max-age=1"


class Recall:
    """`rest` makes the whole function; it is asked once, for the first request that is not answered here."""

    def __init__(
        self,
        standing: Standing,
        nearest: Nearest,
        answers: KeptAnswers,
        rest: Callable[[], Handler],
        max_body_bytes: int,
    ) -> None:
        self.max_body_bytes = max_body_bytes
        self._standing = standing
        self._nearest = nearest
        self._answers = answers
        self._make_rest = rest
        self._rest: Handler | None = None
        self._lock = Lock()

    def at_once(self, request: Request) -> Response | None:
        """An answer that needs no waiting: a probe's, or one that was given before of a model that lived a second ago."""
        started = perf_counter()
        if (probed := health(request)) is not None:
            return self._told(request, probed, started)
        if request.method != "GET" or (kept := self._answers.get((request.path, request.query))) is None:
            return None
        asked = plain(request)
        if asked is None or self._standing.known(asked.ref) != kept.published:
            return None
        return self._told(request, _response(request, kept, Cost.since(request.arrived)), started)

    def handle(self, request: Request) -> Response:
        started = perf_counter()
        response = self.at_once(request)
        if response is None and (asked := plain(request)) is not None:
            response = self._recalled(request, asked, started)
        return self.rest().handle(request) if response is None else response

    def rest(self) -> Handler:
        """The whole function."""
        with self._lock:
            if self._rest is None:
                self._rest = self._make_rest()
            return self._rest

    def warm_up(self) -> None:
        """So that whoever asks for more does not wait for imports."""
        self.rest()

    def _recalled(self, request: Request, asked: Plain, started: float) -> Response | None:
        question, cost = (request.path, request.query), Cost.since(request.arrived)
        try:
            published = self._standing.of(asked.ref)
            kept = self._answers.get(question)
            if kept is not None and kept.published != published:
                self._answers.drop(question)
                kept = None
            if kept is None and published is not None:
                kept = self._found(published, asked, cost)
        except StoreUnavailable as error:
            from ophicleide.edge.problems import problem_response  # brings pydantic

            return self._told(request, problem_response(error, request.path), started)
        if kept is None:
            return None
        self._answers.keep(question, kept)
        return self._told(request, _response(request, kept, cost), started)

    def _found(self, published: Published, asked: Plain, cost: Cost) -> Kept | None:
        near = self._nearest.find(published, asked, cost)
        return None if near is None else Kept(published, entity_tag(published, asked), body(published, asked, near))

    def _told(self, request: Request, response: Response, started: float) -> Response:
        request_id = journal.request_id(request)
        journal.tell("query", request, response, request_id, perf_counter() - started)
        return replace(response, headers={**response.headers, "X-Request-Id": request_id})


def _response(request: Request, kept: Kept, cost: Cost) -> Response:
    headers = {"ETag": kept.tag, "Cache-Control": CACHE_CONTROL}
    if still_holds(kept.tag, request.headers.get("if-none-match")):
        return Response(304, headers)
    return Response(200, {"Content-Type": JSON, **headers, "Server-Timing": cost.header}, kept.body)
