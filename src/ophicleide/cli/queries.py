"""`ophicleide query WORD` and `ophicleide queries ...`: asking models, and what was asked."""

from typing import Annotated, Any
from urllib.parse import quote
from uuid import uuid4

import typer

from ophicleide.cli import tables
from ophicleide.cli.completion import model_names
from ophicleide.cli.options import Command
from ophicleide.cli.session import Session

app = typer.Typer(no_args_is_help=True, help="List and show the queries that were kept.")

Model = Annotated[
    str, typer.Option("--model", "-m", metavar="MODEL", help="A model's id, or a name.", autocompletion=model_names)
]


def query(
    ctx: typer.Context,
    word: Annotated[str, typer.Argument(metavar="WORD", help="A word of the model's vocabulary.")],
    model: Model,
    top_k: Annotated[int | None, typer.Option("--top-k", "-k", min=1, help="How many neighbours.")] = None,
    keep: Annotated[bool, typer.Option("--keep/--no-keep", help="Keep query and answer in the history.")] = True,
) -> None:
    """Ask which words are nearest to one word.

    \b
    ophicleide query captain --model austen
    ophicleide query sister -m austen -k 5 --output name
    """
    session = Session.of(ctx)
    given = {"word": word} | ({"top_k": top_k} if top_k else {})
    if keep:
        reply = session.api.post("/queries", {"model": model, **given}, str(uuid4()))
    else:
        reply = session.api.get(f"/models/{quote(model, safe='')}/most-similar", given)
    _show(session, reply.content, reply.json())


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
    _show(session, reply.content, reply.json())


def _show(session: Session, document: bytes, answer: dict[str, Any]) -> None:
    session.show(document, lambda: tables.neighbours(answer), lambda: (n["word"] for n in answer["neighbours"]))
