"""`ophicleide events send`: a CloudEvent to the broker or to one function, and the event that comes back."""

import json
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import unquote
from uuid import uuid4

import typer

from ophicleide.cli.completion import event_targets, event_types
from ophicleide.cli.failures import usage
from ophicleide.cli.options import Command
from ophicleide.cli.session import Session

if TYPE_CHECKING:
    import httpx

app = typer.Typer(no_args_is_help=True, help="Send CloudEvents and see what comes back.")


class Mode(StrEnum):
    BINARY = "binary"
    STRUCTURED = "structured"


@app.callback()
def events() -> None:
    """Send CloudEvents and see what comes back."""


@app.command(cls=Command)
def send(
    ctx: typer.Context,
    type_: Annotated[str, typer.Argument(metavar="TYPE", help="The event's type.", autocompletion=event_types)],
    *,
    data: Annotated[str, typer.Option(metavar="JSON|@FILE|-", help="Its data: JSON, a file, or - for stdin.")] = "{}",
    source: Annotated[str, typer.Option(help="Who tells it; with the id it marks duplicates.")] = "/ophicleide/cli",
    id_: Annotated[str | None, typer.Option("--id", help="Its id. \\[default: a fresh one]")] = None,
    mode: Annotated[Mode, typer.Option(help="How it travels.")] = Mode.BINARY,
    to: Annotated[
        str | None,
        typer.Option(
            metavar="broker|FUNCTION|URL",
            help="Where to. \\[default: the function that takes the type, else the broker]",
            autocompletion=event_targets,
        ),
    ] = None,
) -> None:
    """Send a CloudEvent and print the event that answers it.

    \b
    ophicleide events send dev.ophicleide.query.v1 --data '{"model": "austen", "word": "captain"}'
    ophicleide events send dev.ophicleide.model.create.v1 --data @model.json --to broker --mode structured
    """
    from ophicleide.domain.events import Event
    from ophicleide.edge.cloudevents import to_binary, to_structured

    session = Session.of(ctx)
    event = Event(id_ or str(uuid4()), source, type_, _json(data))
    message = to_structured(event) if mode is Mode.STRUCTURED else to_binary(event)
    url = address(session.api.root, to or taker(type_))
    reply = session.api.send("POST", url, as_typed=False, headers=dict(message.headers), content=message.body)
    answer = reply_event(reply)
    if answer is None:
        session.say(f"Taken ({reply.status_code}); no event came back.")
    else:
        _show(session, answer)


def address(root: str, to: str) -> str:
    if to.startswith(("http://", "https://")):
        return to
    return f"{root}/broker" if to == "broker" else f"{root}/functions/{to.replace('-', '_')}/"


def reply_event(reply: "httpx.Response") -> dict[str, Any] | None:
    """The CloudEvent in a response, in either mode; None where there is none."""
    from ophicleide.edge.event_modes import STRUCTURED

    kind = reply.headers.get("content-type", "")
    if kind.startswith(STRUCTURED):
        return dict(reply.json())
    attributes = {name[3:]: unquote(value) for name, value in reply.headers.items() if name.startswith("ce-")}
    if "type" not in attributes:
        return None
    data = {"datacontenttype": kind, "data": reply.json()} if reply.content else {}
    return {**attributes, **data}


def taker(type_: str) -> str:
    from ophicleide.domain.events import RequestType

    return next((kind.function for kind in RequestType if kind == type_), "broker")


def _json(text: str) -> Any:
    try:
        if text == "-":
            text = typer.get_text_stream("stdin").read()
        elif text.startswith("@"):
            text = Path(text[1:]).read_text()
        return json.loads(text)
    except OSError as error:
        raise usage(f"--data {text}: {error.strerror}.") from error
    except ValueError as error:
        raise usage(f"--data is not JSON: {error}.") from error


def _show(session: Session, event: dict[str, Any]) -> None:
    from rich.json import JSON

    document = json.dumps(event, ensure_ascii=False).encode()
    session.show(document, lambda: JSON(document.decode()), lambda: [str(event["type"])])
