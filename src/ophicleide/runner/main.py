"""Puts the local run together: what is started, what is connected to what, and how it ends."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Generator, Mapping, Sequence
from pathlib import Path

import httpx
import uvicorn

from ophicleide.launchers.local import LocalLauncher
from ophicleide.runner import document_store, functions, options, triggers
from ophicleide.runner.addresses import LOOPBACK, listen, port_of
from ophicleide.runner.broker import Broker
from ophicleide.runner.console import Console
from ophicleide.runner.contract import Contract
from ophicleide.runner.data_folder import DataFolder
from ophicleide.runner.forwarding import client as http_client
from ophicleide.runner.gateway import Gateway
from ophicleide.runner.options import Options
from ophicleide.runner.processes import Process, Program
from ophicleide.runner.refusal import CannotStart
from ophicleide.runner.watchdog import Watchdog
from ophicleide.settings import Settings, SettingsError, variable

ROOT = Path(__file__).parents[3]
"""The repository: functions, contract and manifests are read from their places in it."""


def run(arguments: Sequence[str]) -> int:
    try:
        given = options.read(arguments, os.environ)
        folder = DataFolder(given.data)
        with _claimed(folder) as lock:
            asyncio.run(_serve(given, folder, lock))
    except (CannotStart, SettingsError) as refusal:
        sys.stderr.write(f"{refusal}\n")
        return 1
    return 0


@contextlib.contextmanager
def _claimed(folder: DataFolder) -> Generator[int]:
    lock = folder.take()
    try:
        yield lock
    finally:
        os.close(lock)


async def _serve(given: Options, folder: DataFolder, lock: int) -> None:
    stop = _asked_to_stop()
    sockets = listen(given.port)
    address = f"http://localhost:{port_of(sockets)}"
    names = functions.names(ROOT)
    own_store = None if given.mongodb_uri else document_store.program(folder.store, _without_own(os.environ))
    environ = environment(os.environ, given, folder, address, own_store)
    Settings.from_environment(environ)  # one clear message now instead of one from every function
    console = Console(["events", *names, *([document_store.NAME] if own_store else [])], folder.logs)
    watchdog = Watchdog(folder.jobs, lock)
    async with http_client() as client:
        programs = [functions.program(name, ROOT, environ, client) for name in names]
        processes = [Process(p, console, watchdog) for p in ([own_store] if own_store else []) + programs]
        tasks = [asyncio.create_task(process.keep_running()) for process in processes]
        gateway, broker = _gateway({process.name: process for process in processes}, names, console, client)
        server = _Server(
            uvicorn.Config(gateway.app(), log_config=None, access_log=False, server_header=False, lifespan="off")
        )
        tasks.append(asyncio.create_task(server.serve(sockets=sockets)))
        launcher = LocalLauncher(folder.jobs, environ)
        try:
            folder.sign(address)
            await asyncio.to_thread(launcher.cancel_all)  # of a run that the whole machine went down with
            if await _ready(processes, stop):
                console.summary("Ophicleide is ready", _rows(given, folder, address, processes))
                await stop.wait()
            console.say("Stopping: jobs, functions, store.")
        finally:
            await broker.close()
            await asyncio.to_thread(launcher.cancel_all)
            server.should_exit = server.force_exit = True
            await client.aclose()  # else the functions' servers wait for its idle connections
            await _stop(processes)
            await asyncio.gather(*tasks)
            watchdog.close()
            folder.unsign()
            console.close()


def environment(
    environ: Mapping[str, str], given: Options, folder: DataFolder, address: str, own_store: Program | None
) -> dict[str, str]:
    """What functions and jobs get: the user's environment, and the settings that make them one product."""
    host = address.removeprefix("http://")
    allowed = [environ.get(variable("fetch_allowed"), ""), host, f"{LOOPBACK}:{host.partition(':')[2]}"]
    ours = {
        variable("mongodb_uri"): given.mongodb_uri or (document_store.uri(own_store) if own_store else ""),
        variable("sink_url"): f"{address}/broker",
        variable("launcher"): "local",
        variable("jobs_directory"): str(folder.jobs),
        variable("fetch_allowed"): ",".join(filter(None, allowed)),
        "PYTHONUNBUFFERED": "1",
    }
    defaults = {variable("log_format"): "text", "SPARK_LOCAL_IP": LOOPBACK}
    return defaults | _without_own(environ) | ours


def _without_own(environ: Mapping[str, str]) -> dict[str, str]:
    return {name: text for name, text in environ.items() if name not in options.OWN_VARIABLES}


def _gateway(
    processes: Mapping[str, Process], names: Sequence[str], console: Console, client: httpx.AsyncClient
) -> tuple[Gateway, Broker]:
    def address_of(name: str) -> str | None:
        process = processes.get(name)
        return f"http://{LOOPBACK}:{process.port}" if process and process.is_ready else None

    def is_ready() -> dict[str, bool]:
        return {name: process.is_ready for name, process in processes.items()}

    broker = Broker(triggers.read(ROOT / "knative/base"), address_of, client, lambda text: console.line("events", text))
    contract = Contract.read(ROOT / "openapi/ophicleide.yaml")
    return Gateway(ROOT, contract, address_of, frozenset(names), broker, client, is_ready), broker


async def _ready(processes: Sequence[Process], stop: asyncio.Event) -> bool:
    """Whether everything became ready before somebody asked to stop."""
    waits = [asyncio.ensure_future(process.wait_until_ready()) for process in processes]
    stopped = asyncio.ensure_future(stop.wait())
    try:
        for done in asyncio.as_completed([stopped, *waits]):
            await done
            if stop.is_set() or all(wait.done() for wait in waits):
                break
        return not stop.is_set()
    finally:
        for wait in (stopped, *waits):
            wait.cancel()


async def _stop(processes: Sequence[Process]) -> None:
    """The store last, as the others write to it to their end."""
    await asyncio.gather(*(process.stop() for process in processes if process.name != document_store.NAME))
    await asyncio.gather(*(process.stop() for process in processes))


def _rows(given: Options, folder: DataFolder, address: str, processes: Sequence[Process]) -> list[tuple[str, str]]:
    where = {process.name: f"{LOOPBACK}:{process.port}  pid {process.pid}" for process in processes}
    store = where.pop(document_store.NAME, "yours, by MONGODB_URI")
    return [
        ("page", f"{address}/"),
        ("API", f"{address}/api   contract {address}/openapi.yaml"),
        ("events", f"{address}/broker"),
        ("samples", f"{address}/samples/"),
        *((name, f"{text}  {address}/functions/{name}") for name, text in where.items()),
        ("store", store),
        ("data", str(folder.root)),
        (
            "try it",
            "make demo" if given.port == options.DEFAULT_PORT else f"make demo PORT={address.rpartition(':')[2]}",
        ),
        ("stop", "Ctrl-C"),
    ]


def _asked_to_stop() -> asyncio.Event:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop


class _Server(uvicorn.Server):
    """Signals are the runner's affair: uvicorn would end the process before the others are stopped."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        yield
