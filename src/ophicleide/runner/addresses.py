"""Sockets and ports of this machine; everything the runner starts listens on the loopback interface alone."""

import contextlib
import socket

from ophicleide.runner.refusal import CannotStart

LOOPBACK = "127.0.0.1"
CONNECT_SECONDS = 0.5


def listen(port: int) -> list[socket.socket]:
    """Listening sockets for `http://localhost:port`, by IPv4 and where there is one by IPv6; 0 takes a free port."""
    if port and answers(port):
        raise CannotStart(_taken(port))
    try:
        sockets = [socket.create_server((LOOPBACK, port), backlog=128)]
    except PermissionError as error:
        raise CannotStart(f"Port {port} is not yours to use. Choose one above 1023: make run PORT=8080") from error
    except OSError as error:
        raise CannotStart(_taken(port)) from error
    with contextlib.suppress(OSError):
        sockets.append(socket.create_server(("::1", port_of(sockets)), family=socket.AF_INET6, backlog=128))
    return sockets


def port_of(sockets: list[socket.socket]) -> int:
    return int(sockets[0].getsockname()[1])


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind((LOOPBACK, 0))
        return int(listener.getsockname()[1])


def answers(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection((LOOPBACK, port), timeout=CONNECT_SECONDS):
        return True
    return False


def _taken(port: int) -> str:
    other = port + 1 if port < 65535 else 8080
    return f"Port {port} is taken by another program. Stop that one, or choose another port: make run PORT={other}"
