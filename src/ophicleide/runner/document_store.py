"""The embedded document store as a program: MongoDB's protocol on a loopback port, data in a folder."""

import asyncio
import sys
from collections.abc import Mapping
from pathlib import Path

from ophicleide.runner.addresses import LOOPBACK, free_port
from ophicleide.runner.processes import Program

NAME = "store"


def program(folder: Path, environ: Mapping[str, str]) -> Program:
    # An own, empty configuration: else one in the user's home would move the data or the port.
    configuration = folder.parent / "secantusd.toml"
    configuration.touch()

    def command(port: int) -> list[str]:
        server = [sys.executable, "-c", "import sys; from secantus.cli import main; sys.exit(main())"]
        where = ["--host", LOOPBACK, "--port", str(port), "--storage-path", str(folder)]
        return [*server, "--config", str(configuration), *where, "--log-level", "WARNING"]

    return Program(NAME, command, environ, _listens, folder.parent, fixed_port=free_port())


def uri(store: Program) -> str:
    return f"mongodb://{LOOPBACK}:{store.fixed_port}"


async def _listens(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection(LOOPBACK, port)
    except OSError:
        return False
    writer.close()
    return True
