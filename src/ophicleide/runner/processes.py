"""Processes that are kept running: started, watched, started again with growing pauses, and stopped with all they started."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ophicleide.launchers.sessions import Session
from ophicleide.runner.addresses import free_port
from ophicleide.runner.console import Console
from ophicleide.runner.refusal import CannotStart
from ophicleide.runner.watchdog import Watchdog

FIRST_PAUSE_SECONDS = 0.2
LONGEST_PAUSE_SECONDS = 10.0
STEADY_SECONDS = 30.0
"""Who lived this long starts again without the pause that earlier deaths earned."""
GRACE_SECONDS = 5.0
PROBE_SECONDS = 0.1
HOPELESS_STARTS = 3
"""A process that ends this often before it was ever ready will not get better by itself."""
LINE_BYTES = 1 << 20


@dataclass(frozen=True)
class Program:
    """`command` and `probe` are given the port; a fixed port stays the same over restarts, else each start gets a free one."""

    name: str
    command: Callable[[int], Sequence[str]]
    environ: Mapping[str, str]
    probe: Callable[[int], Awaitable[bool]]
    folder: Path
    fixed_port: int | None = None


class Process:
    def __init__(self, program: Program, console: Console, watchdog: Watchdog) -> None:
        self.name = program.name
        self.port: int | None = None
        self._program = program
        self._console = console
        self._watchdog = watchdog
        self._session: Session | None = None
        self._ready = asyncio.Event()
        self._hopeless = asyncio.Event()
        self._stopping = False

    @property
    def pid(self) -> int | None:
        return self._session.pid if self._session else None

    @property
    def is_ready(self) -> bool:
        return self._ready.is_set()

    async def wait_until_ready(self) -> None:
        """Raises `CannotStart` where it ends again and again instead."""
        waits = [asyncio.ensure_future(event.wait()) for event in (self._ready, self._hopeless)]
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        for wait in waits:
            wait.cancel()
        if not self._ready.is_set():
            raise CannotStart(f"{self.name} does not start. Its lines above say why.")

    async def keep_running(self) -> None:
        pause, deaths, was_ready = FIRST_PAUSE_SECONDS, 0, False
        while not self._stopping:
            started = time.monotonic()
            status = await self._live()
            was_ready, deaths = was_ready or self._ready.is_set(), deaths + 1
            self._ready.clear()
            if self._stopping:
                return
            if not was_ready and deaths >= HOPELESS_STARTS:
                self._hopeless.set()
                return
            pause = FIRST_PAUSE_SECONDS if time.monotonic() - started > STEADY_SECONDS else pause
            self._console.line(self.name, f"ended ({_described(status)}); starting again in {pause:g} s")
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)

    async def stop(self) -> None:
        self._stopping = True
        if self._session:
            await asyncio.to_thread(self._session.end, GRACE_SECONDS)

    async def _live(self) -> int:
        self.port = self._program.fixed_port or free_port()
        process = await asyncio.create_subprocess_exec(
            *self._program.command(self.port),
            env=dict(self._program.environ),
            cwd=self._program.folder,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
            limit=LINE_BYTES,
        )
        session = self._session = Session(pid=process.pid, started_at=time.time())
        self._watchdog.watch(session)
        if self._stopping:  # asked to stop between the decision to start and now
            await self.stop()
        tasks = [asyncio.create_task(self._tell(process)), asyncio.create_task(self._probe(self.port))]
        status = await process.wait()
        await asyncio.to_thread(session.end, GRACE_SECONDS)  # workers whose master was killed
        tasks[1].cancel()
        await asyncio.wait(tasks)
        self._watchdog.forget(session)
        self._session = None
        return status

    async def _tell(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout  # noqa: S101 - asked for above
        while True:
            try:
                line = await process.stdout.readline()
            except ValueError:
                line = b"(a line too long to show)\n"
            if not line:
                return
            self._console.line(self.name, line.decode(errors="replace").rstrip())

    async def _probe(self, port: int) -> None:
        while not await self._program.probe(port):
            await asyncio.sleep(PROBE_SECONDS)
        self._ready.set()


def _described(status: int) -> str:
    return f"status {status}" if status >= 0 else f"signal {-status}"
