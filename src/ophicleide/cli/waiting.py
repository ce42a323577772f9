"""Waiting for a training to end, with a live progress bar on a terminal and a line a phase elsewhere."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any

from ophicleide.cli.failures import CommandFailed, ExitCode

if TYPE_CHECKING:
    import httpx

    from ophicleide.cli.session import Session

POLL_SECONDS = 0.5
UNFINISHED = ("pending", "training")


def wait_until_ready(session: Session, model_id: str) -> httpx.Response:
    """The answer that shows the model ready; `CommandFailed` where training ended badly or the time is over."""
    hint = f"`ophicleide models wait {model_id}` watches it again."
    try:
        reply = _watch(session, model_id)
    except KeyboardInterrupt:
        raise CommandFailed(ExitCode.INTERRUPTED, "Stopped waiting; the training goes on.", hint=hint) from None
    model = reply.json()
    if model["status"] in UNFINISHED:
        message = f"{model['name']} is still {model['status']}; the training goes on."
        raise CommandFailed(ExitCode.TIMED_OUT, message, hint=hint)
    if model["status"] != "ready":
        raise _ended_badly(model)
    return reply


def _watch(session: Session, model_id: str) -> httpx.Response:
    """The last answer that was seen: of a training that ended, or when the time was over."""
    deadline = time.monotonic() + session.timeout if session.timeout else None
    with _display(session) as tell:
        while True:
            reply = session.api.get(f"/models/{model_id}")
            tell(reply.json())
            over = deadline is not None and time.monotonic() >= deadline
            if over or reply.json()["status"] not in UNFINISHED:
                return reply
            time.sleep(POLL_SECONDS)


def _ended_badly(model: dict[str, Any]) -> CommandFailed:
    failure = model.get("failure") or {}
    detail = str(failure.get("detail") or f"The training was {model['status']}.")
    url = [failure["url"]] if failure.get("url") and failure["url"] not in detail else []
    return CommandFailed(ExitCode.MODEL_FAILED, detail, lines=url)


Tell = Callable[[dict[str, Any]], None]


def _display(session: Session) -> AbstractContextManager[Tell]:
    if session.quiet:
        return nullcontext(lambda _: None)
    return Bar(session) if session.err.is_terminal else nullcontext(_Lines(session))


class _Lines:
    """For logs and pipes: one line whenever the status or the phase changes."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._last = ""

    def __call__(self, model: dict[str, Any]) -> None:
        words = phase(model)
        if words != self._last:
            self._session.say(f"{model['name']}: {words}")
            self._last = words


class Bar:
    """The live bar: phase, fraction, words a second, seconds left."""

    def __init__(self, session: Session) -> None:
        from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

        self._progress = Progress(
            TextColumn("{task.fields[name]}", style="bold", markup=False),
            TextColumn("{task.fields[phase]:<10}"),
            BarColumn(bar_width=24),
            TaskProgressColumn(),
            TextColumn("{task.fields[pace]}", style="dim"),
            console=session.err,
        )
        self._task = self._progress.add_task("", total=1.0, name="", phase="", pace="")

    def __enter__(self) -> Tell:
        self._progress.start()
        return self.tell

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def tell(self, model: dict[str, Any]) -> None:
        done = 1.0 if model["status"] == "ready" else (model.get("progress") or {}).get("fraction", 0.0)
        self._progress.update(self._task, completed=done, name=model["name"], phase=phase(model), pace=pace(model))


def phase(model: dict[str, Any]) -> str:
    return str((model.get("progress") or {}).get("phase") or model["status"])


def pace(model: dict[str, Any]) -> str:
    progress = model.get("progress") or {}
    speed, left = progress.get("words_per_second"), progress.get("seconds_left")
    parts = [f"{speed:,.0f} words/s" if speed else "", f"{left:.0f} s left" if left is not None else ""]
    return " · ".join(part for part in parts if part)
