"""What the runner is told: by its command line, else by the environment, else by default."""

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path

from ophicleide.domain.values import Value

DEFAULT_PORT = 8080
OWN_VARIABLES = frozenset({"OPHICLEIDE_PORT", "OPHICLEIDE_DATA"})
"""Of the runner alone; not handed to the functions, whose settings refuse what they do not know."""


class Options(Value):
    port: int
    data: Path
    mongodb_uri: str | None


def read(arguments: Sequence[str], environ: Mapping[str, str]) -> Options:
    parser = argparse.ArgumentParser(prog="python -m ophicleide.runner", description="Ophicleide on one machine.")
    parser.add_argument(
        "--port", type=_port, default=environ.get("OPHICLEIDE_PORT") or DEFAULT_PORT, help="default: 8080"
    )
    parser.add_argument("--data", type=Path, default=environ.get("OPHICLEIDE_DATA") or ".ophicleide", help="a folder")
    parser.add_argument(
        "--mongodb-uri",
        default=environ.get("MONGODB_URI") or None,
        help="a store of your own instead of the embedded one; better given as MONGODB_URI, where no list of processes shows it",
    )
    given = parser.parse_args(arguments)
    return Options(port=given.port, data=given.data.absolute(), mongodb_uri=given.mongodb_uri)


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) < 65536):
        raise argparse.ArgumentTypeError(f"{text!r} is no port: name one from 1 to 65535, or 0 for any free one")
    return int(text)
