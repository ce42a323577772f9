"""Downloading a large file: to a part file first, going on where a broken download ended, also in a later run.

A part file bears the tag of the file that it is a part of, so that no two files are ever mixed.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from ophicleide.cli.failures import CommandFailed, ExitCode

if TYPE_CHECKING:
    import httpx

    from ophicleide.cli.session import Session

TRIES = 5
"""Broken connections in a row, without a byte between them, after which it is given up."""
PAUSE_SECONDS = 0.5
_FILE_NAME = re.compile(r"filename\*=UTF-8''([^;]+)")

Told = Callable[[int, int], None]


@dataclass
class Download:
    session: Session
    path: str
    params: dict[str, str]

    def to(self, target: Path | None) -> Path:
        """The finished file: `target`, or in the working folder what the server calls it."""
        import httpx

        failures, tag, part = 0, "", Path()
        with _display(self.session) as tell:
            while True:
                have = part.stat().st_size if tag and part.is_file() else 0
                try:
                    with self._asked(tag, have) as reply:
                        target = target or _named(reply)
                        if reply.headers["ETag"] != tag:
                            tag, part = reply.headers["ETag"], _part(target, reply.headers["ETag"])
                            if part.is_file() and part.stat().st_size:
                                continue  # an earlier run ended there
                        size = _kept(reply, part, tell)
                        part.rename(target)
                        self.session.say(f"{target}: {size:,} bytes.")
                        return target
                except httpx.TransportError as error:
                    now = part.stat().st_size if tag and part.is_file() else 0
                    failures = 0 if now > have else failures + 1
                    self._pause(failures, now, error)

    @contextmanager
    def _asked(self, tag: str, have: int) -> Iterator[httpx.Response]:
        going_on = {"Range": f"bytes={have}-", "If-Range": tag} if have else {}
        with self.session.api.stream(self.path, self.params, going_on) as reply:
            if reply.status_code == 416:  # the part has every byte already
                reply.headers["Content-Range"] = f"bytes {have}-{have - 1}/{have}"
                reply.headers["ETag"] = tag
            yield reply

    def _pause(self, failures: int, have: int, error: Exception) -> None:
        if failures >= TRIES:
            raise CommandFailed(
                ExitCode.UNREACHABLE,
                f"The connection broke {failures} times; {have:,} bytes are kept.",
                hint="The same command goes on from there.",
            ) from error
        self.session.say(f"The connection broke after {have:,} bytes; going on.")
        time.sleep(PAUSE_SECONDS * 2**failures)


def _kept(reply: httpx.Response, part: Path, tell: Told) -> int:
    """Appends or writes anew, as the answer says; the length of the whole."""
    import httpx

    start, _, size = reply.headers.get("Content-Range", "bytes 0-").removeprefix("bytes ").partition("/")
    begin = int(start.partition("-")[0])
    whole = int(size or reply.headers["Content-Length"])
    with part.open("ab") as file:
        file.truncate(begin)
        done = begin + (_copied(reply, file, begin, whole, tell) if begin < whole else 0)
    if done != whole:
        raise httpx.RemoteProtocolError("the answer ended early")
    return whole


def _copied(reply: httpx.Response, file: BinaryIO, begin: int, whole: int, tell: Told) -> int:
    done = 0
    for (
        piece
    ) in reply.iter_raw():  # as it arrives: what httpx gathers for larger pieces is lost when the connection breaks
        file.write(piece)
        done += len(piece)
        tell(begin + done, whole)
    return done


def _part(target: Path, tag: str) -> Path:
    return target.with_name(f".{target.name}.{re.sub('[^A-Za-z0-9.-]', '', tag)}.part")


def _named(reply: httpx.Response) -> Path:
    """The server's name for the file, as one plain name: never a path out of this folder."""
    from urllib.parse import unquote

    found = _FILE_NAME.search(reply.headers.get("Content-Disposition", ""))
    name = Path(unquote(found[1])).name.lstrip(".") if found else ""
    return Path(name or "vectors")


@contextmanager
def _display(session: Session) -> Iterator[Told]:
    if session.quiet or not session.err.is_terminal:
        yield lambda _done, _whole: None
        return
    from rich.progress import BarColumn, DownloadColumn, Progress, TimeRemainingColumn, TransferSpeedColumn

    columns = (BarColumn(bar_width=24), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=session.err) as progress:
        task = progress.add_task("", total=None)
        yield lambda done, whole: progress.update(task, completed=done, total=whole)
