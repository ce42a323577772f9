"""What the person at the terminal sees: lines of many processes, each with its name in its colour, and a summary.

The same lines go to a file for each process; successful reads go only there, as a page asks every second.
"""

import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import IO, TextIO

COLOURS = (36, 33, 35, 32, 34, 96, 93, 95)
KEPT_BYTES = 5_000_000
"""A log file longer than this is set aside as `.1` when a run starts."""


_SUCCESSFUL_READ = re.compile(r" INFO +(GET|HEAD) \S+ (200|304)( in |$)")


class Console:
    def __init__(self, names: Sequence[str], logs: Path, out: TextIO = sys.stdout) -> None:
        self._out = out
        self._coloured = out.isatty() and not os.environ.get("NO_COLOR")
        self._width = max(map(len, names))
        self._colours = {name: COLOURS[i % len(COLOURS)] for i, name in enumerate(names)}
        self._files = {name: _log_file(logs / f"{name}.log") for name in names}

    def line(self, name: str, text: str) -> None:
        self._files[name].write(text + "\n")
        if not _SUCCESSFUL_READ.search(text):
            self.say(f"{self._paint(name.ljust(self._width), self._colours[name])} │ {text}")

    def say(self, text: str = "") -> None:
        try:
            self._out.write(text + "\n")
            self._out.flush()
        except BrokenPipeError:  # the reader of our lines is gone; the log files still get them
            self._out = Path(os.devnull).open("w")  # noqa: SIM115 - lives as long as the process

    def summary(self, title: str, rows: Sequence[tuple[str, str]]) -> None:
        width = max(len(left) for left, _ in rows)
        self.say()
        self.say(f"  {self._paint(title, 1)}")
        self.say()
        for left, right in rows:
            self.say(f"  {self._paint(left.ljust(width), 2)}  {right}")
        self.say()

    def close(self) -> None:
        for file in self._files.values():
            file.close()

    def _paint(self, text: str, colour: int) -> str:
        return f"\033[{colour}m{text}\033[0m" if self._coloured else text


def _log_file(path: Path) -> IO[str]:
    if path.exists() and path.stat().st_size > KEPT_BYTES:
        path.replace(path.with_suffix(".log.1"))
    return path.open("a", buffering=1)
