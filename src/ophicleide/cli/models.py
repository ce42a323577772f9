"""`ophicleide models ...`: the commands that make, show and remove models."""

import re
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

import typer

from ophicleide.cli import tables
from ophicleide.cli.api import Api
from ophicleide.cli.completion import export_formats, import_formats, model_names
from ophicleide.cli.download import Download
from ophicleide.cli.failures import usage
from ophicleide.cli.options import Command, TrainingCommand, training_parameters
from ophicleide.cli.session import Output, Session
from ophicleide.cli.waiting import wait_until_ready

app = typer.Typer(no_args_is_help=True, help="Train, list, show, delete and wait for models.")

Ref = Annotated[str, typer.Argument(metavar="MODEL", help="A model's id, or a name.", autocompletion=model_names)]
Labels = Annotated[list[str] | None, typer.Option("--label", "-l", metavar="KEY=VALUE", help="May be repeated.")]


@app.command(cls=TrainingCommand)
def create(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="What to call it; several models may share a name.")],
    urls: Annotated[list[str] | None, typer.Argument(metavar="URL", help="Texts, plain or gzip.")] = None,
    *,
    from_file: Annotated[
        Path | None, typer.Option("--from-file", "-f", metavar="FILE", help="More URLs, one a line; - is stdin.")
    ] = None,
    label: Labels = None,
    idempotency_key: Annotated[
        str | None,
        typer.Option(metavar="KEY", help="The same key gives the same model. \\[default: a fresh one]"),
    ] = None,
    wait: Annotated[bool, typer.Option("--wait", "-w", help="Return when it is ready, showing progress.")] = False,
) -> None:
    """Have a model trained from texts at URLs.

    \b
    ophicleide models create austen https://example.org/emma.txt https://example.org/persuasion.txt.gz
    ophicleide models create news --from-file urls.txt --vector-size 200 --label team=search --wait
    """
    session = Session.of(ctx)
    document: dict[str, Any] = {"name": name, "urls": [*(urls or ()), *_lines(from_file)]}
    document |= {"parameters": training_parameters(ctx)} if training_parameters(ctx) else {}
    document |= {"labels": _label_map(label)} if label else {}
    reply = session.api.post("/models", document, _key(idempotency_key))
    if wait:
        reply = wait_until_ready(session, reply.json()["id"])
    _show(session, reply.content, reply.json())


@app.command("import", cls=Command)
def import_(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="What to call it; several models may share a name.")],
    source: Annotated[str, typer.Argument(metavar="URL", help="word2vec text or binary, or GloVe text; gzip or not.")],
    *,
    format_: Annotated[
        str | None,
        typer.Option("--format", "-f", help="Told from the file when absent.", autocompletion=import_formats),
    ] = None,
    label: Labels = None,
    idempotency_key: Annotated[
        str | None,
        typer.Option(metavar="KEY", help="The same key gives the same model. \\[default: a fresh one]"),
    ] = None,
    wait: Annotated[bool, typer.Option("--wait", "-w", help="Return when it is ready, showing progress.")] = False,
) -> None:
    """Make a model from vectors that there are, at a URL.

    Formats: word2vec-text, word2vec-binary, glove-text.

    \b
    ophicleide models import glove https://example.org/glove.6B.50d.txt.gz --wait
    """
    session = Session.of(ctx)
    vectors = {"url": source} | ({"format": format_} if format_ else {})
    document: dict[str, Any] = {"name": name, "vectors": vectors} | ({"labels": _label_map(label)} if label else {})
    reply = session.api.post("/models", document, _key(idempotency_key))
    if wait:
        reply = wait_until_ready(session, reply.json()["id"])
    _show(session, reply.content, reply.json())


@app.command("list", cls=Command)
def list_(
    ctx: typer.Context,
    *,
    status: Annotated[str | None, typer.Option(help="pending, training, ready, failed or cancelled.")] = None,
    name: Annotated[str | None, typer.Option(help="Only models of this name.", autocompletion=model_names)] = None,
    label: Labels = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Most models on one page.")] = None,
    all_: Annotated[bool, typer.Option("--all", "-a", help="Every page, not only the first.")] = False,
) -> None:
    """List models, newest first.

    \b
    ophicleide models list --status ready --label team=search
    ophicleide models list --all --output json
    """
    session = Session.of(ctx)
    labels = [f"{key}:{value}" for key, value in _label_map(label).items()]
    params = {"status": status, "name": name, "label": labels or None, "limit": limit}
    document, found = tables.pages(session, "/models", "models", params, every=all_)
    session.show(document, lambda: tables.models(found), lambda: (model["id"] for model in found["models"]))


@app.command(cls=Command)
def show(ctx: typer.Context, model: Ref) -> None:
    """Show a model: its parameters, progress or failure, and where its text came from.

    \b
    ophicleide models show austen
    """
    session = Session.of(ctx)
    reply = session.api.get(f"/models/{find(session.api, model)['id']}")
    _show(session, reply.content, reply.json())


@app.command(cls=Command)
def export(
    ctx: typer.Context,
    model: Ref,
    file: Annotated[
        Path | None, typer.Argument(metavar="FILE", help="Where to. \\[default: the server's name, in this folder]")
    ] = None,
    *,
    format_: Annotated[
        str, typer.Option("--format", "-f", help="What to write.", autocompletion=export_formats)
    ] = "word2vec-binary",
) -> None:
    """Download a ready model's vectors; a download that broke off goes on when the command is given again.

    Formats: word2vec-text, word2vec-binary, safetensors, tensors-tsv, metadata-tsv, projector.

    \b
    ophicleide models export austen
    ophicleide models export austen vectors.safetensors --format safetensors
    """
    session = Session.of(ctx)
    done = Download(session, f"/models/{quote(model, safe='')}/export", {"format": format_}).to(file)
    if session.output is Output.NAME:
        typer.echo(str(done))


@app.command(cls=Command)
def delete(
    ctx: typer.Context,
    models: Annotated[list[str], typer.Argument(metavar="MODEL", help="Ids or names.", autocompletion=model_names)],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Delete models with their vectors and queries; a training that runs is cancelled.

    \b
    ophicleide models delete austen
    ophicleide models list --status failed --output name | xargs ophicleide models delete --yes
    """
    session = Session.of(ctx)
    found = [find(session.api, model) for model in models]
    if not yes and not _agreed(found):
        raise usage("Nothing was deleted.", "Say --yes to delete without being asked.")
    for model in found:
        session.api.delete(f"/models/{model['id']}")
        session.say(f"Deleted {model['name']} ({model['id']}).")


@app.command(cls=Command)
def wait(ctx: typer.Context, model: Ref) -> None:
    """Wait until a model is ready, showing phase, words a second and the time left.

    \b
    ophicleide models wait austen --timeout 600
    """
    session = Session.of(ctx)
    reply = wait_until_ready(session, find(session.api, model, newest=True)["id"])
    _show(session, reply.content, reply.json())


def find(api: Api, ref: str, *, newest: bool = False) -> dict[str, Any]:
    """The model of an id, or what a name stands for; where `newest`, the newest model of that name in any status."""
    from ophicleide.domain.names import is_id

    if newest and not is_id(ref):
        named = api.get("/models", {"name": ref, "limit": 1}).json()["models"]
        if named:
            return dict(named[0])
    return dict(api.get(f"/models/{quote(ref, safe='')}").json())


def _show(session: Session, document: bytes, model: dict[str, Any]) -> None:
    session.show(document, lambda: tables.model(model), lambda: [model["id"]])


def _lines(path: Path | None) -> list[str]:
    if path is None:
        return []
    try:
        text = typer.get_text_stream("stdin").read() if str(path) == "-" else path.read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise usage(f"--from-file {path} cannot be read: {getattr(error, 'strerror', None) or 'not text'}.") from error
    return [line.strip() for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]


def _label_map(labels: list[str] | None) -> dict[str, str]:
    pairs = [label.partition("=") for label in labels or ()]
    for key, equals, value in pairs:
        if not equals or not key:
            raise usage(f"--label {key}{equals}{value} is not of the form KEY=VALUE.")
    return {key: value for key, _, value in pairs}


def _agreed(models: list[dict[str, Any]]) -> bool:
    if not typer.get_text_stream("stdin").isatty():
        return False
    names = ", ".join(f"{model['name']} ({model['id']}, {model['status']})" for model in models)
    return typer.confirm(f"Delete {names}?", err=True)


def _key(given: str | None) -> str:
    from uuid import uuid4

    if given is not None and not re.fullmatch(r"[!-~]{1,255}", given):
        raise usage("--idempotency-key takes 1 to 255 printable ASCII characters without blanks.")
    return given or str(uuid4())
