"""How a command can end badly: exit codes, which docs/cli.md lists, and the one exception that carries them."""

from collections.abc import Sequence
from enum import IntEnum


class ExitCode(IntEnum):
    REFUSED = 1
    USAGE = 2
    NOT_FOUND = 3
    UNREACHABLE = 4
    TIMED_OUT = 5
    MODEL_FAILED = 6
    INTERRUPTED = 130


class CommandFailed(Exception):
    """`message` says what happened, each of `lines` one fault of it, `hint` what to do about it."""

    def __init__(self, exit_code: ExitCode, message: str, *, lines: Sequence[str] = (), hint: str = "") -> None:
        super().__init__(message)
        self.exit_code = exit_code
        self.message = message
        self.lines = tuple(lines)
        self.hint = hint


def usage(message: str, hint: str = "") -> CommandFailed:
    return CommandFailed(ExitCode.USAGE, message, hint=hint)
