"""`ophicleide aliases ...`: names pinned to one model."""

from typing import Annotated, Any
from urllib.parse import quote

import typer

from ophicleide.cli import tables
from ophicleide.cli.completion import model_names
from ophicleide.cli.failures import usage
from ophicleide.cli.options import Command
from ophicleide.cli.session import Session

app = typer.Typer(no_args_is_help=True, help="Pin names to models, move them, let them go.")

Name = Annotated[str, typer.Argument(metavar="NAME", help="A name.", autocompletion=model_names)]


@app.command("list", cls=Command)
def list_(
    ctx: typer.Context,
    limit: Annotated[int | None, typer.Option(min=1, help="Most names on one page.")] = None,
    all_: Annotated[bool, typer.Option("--all", "-a", help="Every page, not only the first.")] = False,
) -> None:
    """List the names that are pinned.

    \b
    ophicleide aliases list
    """
    session = Session.of(ctx)
    document, found = tables.pages(session, "/aliases", "aliases", {"limit": limit}, every=all_)
    session.show(document, lambda: tables.aliases(found), lambda: (alias["name"] for alias in found["aliases"]))


@app.command(cls=Command)
def show(ctx: typer.Context, name: Name) -> None:
    """Show where a name points, and where it pointed before.

    \b
    ophicleide aliases show production
    """
    session = Session.of(ctx)
    reply = session.api.get(_path(name))
    _show(session, reply.content, reply.json())


@app.command("set", cls=Command)
def set_(
    ctx: typer.Context,
    name: Name,
    model: Annotated[
        str | None, typer.Argument(metavar="MODEL", help="A ready model's id, or a name.", autocompletion=model_names)
    ] = None,
    *,
    previous: Annotated[bool, typer.Option("--previous", help="Back to the model it was pinned to before.")] = False,
) -> None:
    """Pin a name to a model: it stands for that one, whatever is trained later.

    \b
    ophicleide aliases set production austen
    ophicleide aliases set production --previous
    """
    if (model is None) == (not previous):
        raise usage("Give either a MODEL or --previous.")
    session = Session.of(ctx)
    wanted = model or _before(session.api.get(_path(name)).json())
    reply = session.api.put(_path(name), {"model": wanted})
    _show(session, reply.content, reply.json())


@app.command(cls=Command)
def clear(ctx: typer.Context, name: Name) -> None:
    """Let a name stand for its newest ready model again.

    \b
    ophicleide aliases clear production
    """
    session = Session.of(ctx)
    session.api.delete(_path(name))
    session.say(f"{name} is pinned no more.")


def _path(name: str) -> str:
    return f"/aliases/{quote(name, safe='')}"


def _before(alias: dict[str, Any]) -> str:
    """The latest model that it was pinned to and is not now."""
    for entry in alias["history"]:
        if entry["model_id"] not in (None, alias["model_id"]):
            return str(entry["model_id"])
    raise usage(f"{alias['name']} was pinned to no other model before.")


def _show(session: Session, document: bytes, alias: dict[str, Any]) -> None:
    session.show(document, lambda: tables.alias(alias), lambda: [str(alias["model_id"] or "")])
