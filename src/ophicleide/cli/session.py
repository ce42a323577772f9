"""What the common options say, and the ways out of a command: documents to stdout, words about them to stderr."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ophicleide.cli.api import Api

if TYPE_CHECKING:
    import typer
    from rich.console import Console, RenderableType

DEFAULT_URL = "http://localhost:8080/api"
ANSWER_SECONDS = 30.0
OPTIONS = "ophicleide.options"
"""Where options.py keeps the values of the common options in a context's `meta`."""
PIPED_WIDTH = 160


class Output(StrEnum):
    TABLE = "table"
    JSON = "json"
    NAME = "name"


@dataclass(frozen=True)
class Session:
    url: str = DEFAULT_URL
    output: Output = Output.TABLE
    timeout: float | None = None
    quiet: bool = False
    no_color: bool = False

    @classmethod
    def of(cls, ctx: typer.Context) -> Session:
        """The session of a command: options given anywhere on its line, then the environment, then defaults."""
        given = {"url": os.environ.get("OPHICLEIDE_URL") or DEFAULT_URL, **ctx.meta.get(OPTIONS, {})}
        session = cls(**given)
        ctx.call_on_close(session.api.close)
        return session

    @cached_property
    def api(self) -> Api:
        return Api(self.url, self.timeout or ANSWER_SECONDS, say=self.say)

    @cached_property
    def out(self) -> Console:
        return self._console(stderr=False)

    @cached_property
    def err(self) -> Console:
        return self._console(stderr=True)

    def say(self, message: str) -> None:
        """A word beside the result, on stderr; --quiet leaves it out."""
        if not self.quiet:
            self.err.print(message, markup=False, highlight=False)

    def show(self, document: bytes, table: Callable[[], RenderableType], names: Callable[[], Iterable[str]]) -> None:
        """The result in the form that --output asks for; as json it is the API's document, byte for byte."""
        if self.output is Output.TABLE:
            self.out.print(table(), markup=False, highlight=False)
        else:
            text = "\n".join(names()) if self.output is Output.NAME else document.decode()
            sys.stdout.write(text if text.endswith("\n") or not text else text + "\n")

    def _console(self, *, stderr: bool) -> Console:
        from rich.console import Console

        stream = sys.stderr if stderr else sys.stdout
        options: dict[str, Any] = {} if stream.isatty() else {"width": PIPED_WIDTH}
        return Console(stderr=stderr, no_color=self.no_color or None, soft_wrap=False, **options)
