"""`ophicleide queries ...`: what was asked and kept."""

from typing import Annotated
from urllib.parse import quote

import typer

from ophicleide.cli import answers, tables
from ophicleide.cli.completion import model_names
from ophicleide.cli.options import Command
from ophicleide.cli.session import Session

app = typer.Typer(no_args_is_help=True, help="List and show the queries that were kept.")


@app.command("list", cls=Command)
def list_(
    ctx: typer.Context,
    model: Annotated[
        str | None, typer.Option("--model", "-m", help="Only queries of this model.", autocompletion=model_names)
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Most queries on one page.")] = None,
    all_: Annotated[bool, typer.Option("--all", "-a", help="Every page, not only the first.")] = False,
) -> None:
    """List the queries that were kept, newest first.

    \b
    ophicleide queries list --model austen
    """
    session = Session.of(ctx)
    document, found = tables.pages(session, "/queries", "queries", {"model": model, "limit": limit}, every=all_)
    session.show(document, lambda: tables.queries(found), lambda: (query["id"] for query in found["queries"]))


@app.command(cls=Command)
def show(ctx: typer.Context, query_id: Annotated[str, typer.Argument(metavar="ID", help="A query's id.")]) -> None:
    """Show a query that was kept and its answer.

    \b
    ophicleide queries show 0197f2a0-5c1e-7b8a-9d3e-2f4a6b8c0d1e
    """
    session = Session.of(ctx)
    reply = session.api.get(f"/queries/{quote(query_id, safe='')}")
    answers.show(session, reply.content, reply.json())
