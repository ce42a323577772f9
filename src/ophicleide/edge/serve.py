"""The lean server of a function: one process, one event loop, threads for what waits; no flask and no gunicorn.

    python -m ophicleide.edge.serve --target query --port 8080
Target, host and port may be in the environment instead, as functions-framework has them: FUNCTION_TARGET, HOST, PORT.
The same handler runs under functions-framework; this one only starts sooner and answers more a second.
SIGTERM and SIGINT let the requests under way end, and the exit status is 0.
"""

import gc

gc.disable()  # imports make no garbage worth a collection: an eighth of the start

import asyncio  # noqa: E402 - before every import that makes many objects
import os  # noqa: E402
import signal  # noqa: E402
import sys  # noqa: E402
from collections.abc import Mapping, Sequence  # noqa: E402
from importlib import import_module  # noqa: E402

from ophicleide.edge.connection import Connection, Service  # noqa: E402
from ophicleide.edge.framework import handler_of  # noqa: E402
from ophicleide.edge.messages import Handler  # noqa: E402

GRACE_SECONDS = 280
"""Less than the longest request that Knative allows by default; the cluster's own grace period ends it sooner."""

BACKLOG = 2048
"""Connections that may wait to be accepted; the system's own bound is lower on many machines."""


def main() -> None:
    # A matrix product on threads spins for cores that others use; set before numpy is loaded.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    options = _options(sys.argv[1:], os.environ)
    handler = handler_of(getattr(import_module(options["module"]), options["target"]))
    gc.freeze()
    gc.enable()
    asyncio.run(_serve(handler, options["host"], int(options["port"])))


async def _serve(handler: Handler, host: str, port: int) -> None:
    loop, told = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, told.set)
    service = Service(handler)
    try:
        server = await loop.create_server(lambda: Connection(service), host, port, backlog=BACKLOG)
    except OSError as error:
        sys.exit(f"HOST, PORT: {error.strerror}")
    watch = asyncio.ensure_future(service.watch())
    await told.wait()
    server.close()
    watch.cancel()
    await service.end(GRACE_SECONDS)


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
