"""The program: its commands and its outermost edge, where every failure becomes a sentence and an exit code."""

import sys
from pathlib import Path
from typing import Any

import typer

from ophicleide.cli import aliases, demo, events, models, queries, query, questions
from ophicleide.cli.failures import CommandFailed, ExitCode
from ophicleide.cli.options import Command, CommonGroup
from ophicleide.cli.session import Session

COMMANDS = ("models", "aliases", "query", *questions.COMMANDS, "queries", "events", "demo", "version")


class Program(CommonGroup):
    def list_commands(self, ctx: Any) -> list[str]:
        return sorted(super().list_commands(ctx), key=COMMANDS.index)

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except CommandFailed as failed:
            report(Session.of(ctx), failed)
            raise typer.Exit(failed.exit_code) from failed


app = typer.Typer(
    cls=Program,
    name="ophicleide",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit codes: 0 done, 1 refused, 2 wrong usage, 3 not found, 4 unreachable, 5 timed out, 6 training failed.",
)


@app.callback()
def root() -> None:
    """Word vectors from text you own: train models from URLs, ask which words are near.

    \b
    ophicleide models create austen https://example.org/emma.txt --wait
    ophicleide query captain --model austen
    """


app.add_typer(models.app, name="models")
app.add_typer(aliases.app, name="aliases")
app.command("query", cls=Command)(query.query)
for name, command in questions.COMMANDS.items():
    app.command(name, cls=Command)(command)
app.add_typer(queries.app, name="queries")
app.add_typer(events.app, name="events")
app.command("demo", cls=Command)(demo.demo)


@app.command(cls=Command)
def version(ctx: typer.Context) -> None:
    """Show the version of this program and, where it answers, of the server."""
    from ophicleide import __version__

    typer.echo(f"ophicleide {__version__}")
    session = Session.of(ctx)
    try:
        server = session.api.get("/").json()
    except CommandFailed as failed:
        session.say(failed.message)
    else:
        typer.echo(f"server     {server.get('version', 'unknown')} at {session.url}")


def report(session: Session, failed: CommandFailed) -> None:
    """What went wrong, where, and what to do, on stderr; never a trace."""
    from rich.text import Text

    session.err.print(Text.assemble(("error: ", "bold red"), failed.message), soft_wrap=True)
    for line in failed.lines:
        session.err.print(Text(f"  {line}"), soft_wrap=True)
    if failed.hint:
        session.err.print(Text.assemble(("hint: ", "cyan"), failed.hint), soft_wrap=True)


def run() -> None:
    """The entry of `ophicleide` and of `kn-ophicleide`, which kn calls as `kn ophicleide`."""
    program = Path(sys.argv[0]).stem
    try:
        app(prog_name="kn ophicleide" if program.startswith("kn-") else "ophicleide")
    except KeyboardInterrupt:
        sys.exit(ExitCode.INTERRUPTED)
    except Exception as error:  # noqa: BLE001 - the outermost edge: a person gets a sentence, never a trace
        sys.exit(f"error: ophicleide itself failed: {type(error).__name__}: {error}. Please report this.")
