"""The lean server of a function: one process, one event loop, threads for what waits; no flask and no gunicorn.

    python -m ophicleide.edge.serve --target query --port 8080
Target, host and port may be in the environment instead, as functions-framework has them: FUNCTION_TARGET, HOST, PORT.
The same handler runs under functions-framework; this one only starts sooner and answers more a second.
SIGTERM and SIGINT let the requests under way end, and the exit status is 0.
"""

import gc

gc.disable()  # imports make no garbage worth a collection: an eighth of the start

import contextlib  # noqa: E402 - before every import that makes many objects
import os  # noqa: E402
import signal  # noqa: E402
import sys  # noqa: E402
from collections.abc import Iterator, Mapping, Sequence  # noqa: E402
from importlib import import_module  # noqa: E402

import uvicorn  # noqa: E402

from ophicleide.edge.asgi import Application  # noqa: E402
from ophicleide.edge.framework import handler_of  # noqa: E402

GRACE_SECONDS = 280
"""Less than the longest request that Knative allows by default; the cluster's own grace period ends it sooner."""


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """As uvicorn's own, but a signal that was obeyed is not raised again: a stop that was asked for is no failure."""
        handlers = {number: signal.signal(number, self.handle_exit) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in handlers.items():
                signal.signal(number, handler)


def main() -> None:
    # A matrix product on threads spins for cores that others use; set before numpy is loaded.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    options = _options(sys.argv[1:], os.environ)
    handler = handler_of(getattr(import_module(options["module"]), options["target"]))
    config = uvicorn.Config(
        Application(handler),
        host=options["host"],
        port=int(options["port"]),
        loop="asyncio",
        http="httptools",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    gc.freeze()
    gc.enable()
    _Server(config).run()


def _options(arguments: Sequence[str], environ: Mapping[str, str]) -> dict[str, str]:
    """`--name value` pairs over the environment; argparse would be a fiftieth of the start."""
    names = [name.removeprefix("--") for name in arguments[::2]]
    if len(arguments) % 2 or not {"target", "host", "port", "module"}.issuperset(names):
        sys.exit("usage: python -m ophicleide.edge.serve [--target NAME] [--host HOST] [--port PORT] [--module MODULE]")
    options = {
        "target": environ.get("FUNCTION_TARGET", ""),
        "host": environ.get("HOST", "0.0.0.0"),  # noqa: S104 - the container's own network
        "port": environ.get("PORT", "8080"),
        **dict(zip(names, arguments[1::2], strict=True)),
    }
    if not options["target"]:
        sys.exit("FUNCTION_TARGET: is missing")
    return {"module": f"functions.{options['target']}.main", **options}


if __name__ == "__main__":
    main()
