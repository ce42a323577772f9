"""The functions framework's side of a function: flask's request in, flask's response out, and nothing else of flask.

flask is imported only where the framework has done so: under `serve.py` a function starts without it.
"""

import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from ophicleide.edge import logs
from ophicleide.edge.messages import DRAINED_BYTES, Handler, Request
from ophicleide.settings import Settings, SettingsError

CHUNK_BYTES = 1 << 16
_HANDLER = "ophicleide_handler"

if TYPE_CHECKING:
    import flask

EntryPoint = Callable[["flask.Request"], "flask.Response"]


def entry_point(build: Callable[[Settings], Handler], environ: Mapping[str, str]) -> EntryPoint:
    """What a `main.py` names as its target; bad settings end the process here, so a wrong revision never gets ready."""
    try:
        settings = Settings.from_environment(environ)
        handler = build(settings)
    except SettingsError as error:
        sys.exit(f"This function cannot start, for these settings are wrong:\n{error}")
    logs.set_up(settings.log_format, settings.log_level)
    return serving(handler)


def serving(handler: Handler) -> EntryPoint:
    """The handler with the framework's http signature; `handler_of` gives it back."""

    def serve(request: "flask.Request") -> "flask.Response":
        import flask

        response = handler.handle(_request(request, handler.max_body_bytes))
        sent = response.body if response.stream is None else response.stream
        answer = flask.Response(sent, response.status, dict(response.headers))
        if "Content-Type" not in response.headers:
            del answer.headers["Content-Type"]  # flask says text/html of nothing
        return answer

    serve.__dict__[_HANDLER] = handler
    if "flask" in sys.modules:
        _take_every_path(serve)
    return serve


def handler_of(entry_point: EntryPoint) -> Handler:
    """For a server that is not the framework's."""
    handler: Handler = entry_point.__dict__[_HANDLER]
    return handler


def _take_every_path(serve: EntryPoint) -> None:
    """werkzeug answers some paths itself, in HTML: doubled slashes by a redirect, line breaks and robots.txt by 404."""
    import flask

    if flask.has_app_context():  # the framework loads a function's source inside its application's
        flask.current_app.url_map.merge_slashes = False
        flask.current_app.register_error_handler(404, lambda _error: serve(flask.request))


def _request(request: "flask.Request", max_body_bytes: int) -> Request:
    body = request.stream.read(max_body_bytes + 1)
    if len(body) > max_body_bytes:
        _drain(request)
    return Request(
        method=request.method,
        path=request.path,
        query=request.query_string.decode("ascii", errors="replace"),
        headers={name.lower(): text for name, text in request.headers.items()},
        body=body,
    )


def _drain(request: "flask.Request") -> None:
    """Read on without keeping: a socket closed on unread bytes loses the answer, and the framework would keep them."""
    left = DRAINED_BYTES
    while left > 0 and (chunk := request.stream.read(CHUNK_BYTES)):
        left -= len(chunk)
