"""Every function as a program of its own, under the server that its container has."""

import sys
from collections.abc import Mapping
from pathlib import Path

import httpx

from ophicleide.runner.addresses import LOOPBACK
from ophicleide.runner.processes import Program

READINESS = "/health/readiness"


def names(root: Path) -> list[str]:
    """Folders of functions, which are their names."""
    return sorted(main.parent.name for main in (root / "functions").glob("*/main.py"))


def program(name: str, root: Path, environ: Mapping[str, str], client: httpx.AsyncClient) -> Program:
    def command(port: int) -> list[str]:
        where = ["--target", name, "--host", LOOPBACK, "--port", str(port)]
        return [sys.executable, "-m", "ophicleide.edge.serve", *where]

    async def is_ready(port: int) -> bool:
        try:
            reply = await client.get(f"http://{LOOPBACK}:{port}{READINESS}", timeout=5)
        except httpx.TransportError:
            return False
        return reply.status_code == httpx.codes.OK

    return Program(name, command, environ, is_ready, root)
