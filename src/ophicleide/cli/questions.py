"""The commands that ask what else can be asked of models: similarity, the odd one out, rank, vectors, words, comparisons."""

from collections.abc import Callable
from types import MappingProxyType
from typing import Annotated, Any
from urllib.parse import quote

import typer

from ophicleide.cli import answers, tables
from ophicleide.cli.completion import model_names
from ophicleide.cli.query import Model
from ophicleide.cli.session import Session

Word = Annotated[str, typer.Argument(metavar="WORD", help="A word of the model's vocabulary.")]
Other = Annotated[
    str, typer.Option("--other", metavar="MODEL", help="The other model's id, or a name.", autocompletion=model_names)
]
TopK = Annotated[int | None, typer.Option("--top-k", "-k", min=1, help="How many words.")]


def similarity(
    ctx: typer.Context,
    first: Annotated[str, typer.Argument(metavar="WORDS", help="A word, or several with blanks between them.")],
    second: Annotated[str, typer.Argument(metavar="WORDS", help="A word, or several with blanks between them.")],
    model: Model,
) -> None:
    """Tell how similar two words are, or two sets of words.

    \b
    ophicleide similarity captain sailor -m austen
    ophicleide similarity "captain admiral" "ship sea" -m austen
    """
    _ask(ctx, model, "similarity", {"first": first.split(), "second": second.split()})


def doesnt_match(
    ctx: typer.Context,
    words: Annotated[list[str], typer.Argument(metavar="WORD...", help="Three words at least.")],
    model: Model,
) -> None:
    """Tell which of several words is least like the others; it stands first.

    \b
    ophicleide doesnt-match captain admiral sailor monday -m austen
    """
    _ask(ctx, model, "doesnt-match", {"words": words})


def rank(
    ctx: typer.Context,
    word: Word,
    other: Annotated[str, typer.Argument(metavar="OTHER", help="The word whose place is asked for.")],
    model: Model,
) -> None:
    """Tell where a word stands among another's neighbours; 1 is the nearest.

    \b
    ophicleide rank captain admiral -m austen
    """
    _ask(ctx, model, "rank", {"word": word, "other": other})


def vector(ctx: typer.Context, word: Word, model: Model) -> None:
    """Show a word's vector, how long it is and how often the word was seen.

    \b
    ophicleide vector captain -m austen --output name > captain.txt
    """
    _ask(ctx, model, f"vectors/{quote(word, safe='')}", {})


def words(
    ctx: typer.Context,
    prefix: Annotated[str | None, typer.Argument(metavar="[PREFIX]", help="Only words that begin so.")] = None,
    *,
    model: Model,
    limit: Annotated[int | None, typer.Option(min=1, help="Most words on one page.")] = None,
    all_: Annotated[bool, typer.Option("--all", "-a", help="Every page, not only the first.")] = False,
) -> None:
    """List a model's vocabulary with counts, the most frequent words first.

    \b
    ophicleide words -m austen
    ophicleide words cap -m austen --all --output name
    """
    session, path = Session.of(ctx), f"/models/{quote(model, safe='')}/words"
    document, page = tables.pages(session, path, "words", {"prefix": prefix, "limit": limit}, every=all_)
    session.show(document, lambda: tables.words(page), lambda: (word["word"] for word in page["words"]))


def compare(ctx: typer.Context, word: Word, model: Model, other: Other, top_k: TopK = None) -> None:
    """Show a word's neighbours in two models, side by side.

    \b
    ophicleide compare captain -m austen --other melville
    """
    _ask(ctx, model, "compare", {"other": other, "word": word, "top_k": top_k})


def moved(
    ctx: typer.Context,
    model: Model,
    other: Other,
    *,
    top_k: TopK = None,
    neighbours: Annotated[int | None, typer.Option(min=1, help="Compare so many neighbours of each word.")] = None,
    frequent: Annotated[int | None, typer.Option(min=2, help="Compare so many words.")] = None,
    min_count: Annotated[int | None, typer.Option(min=0, help="No words that either model saw less often.")] = None,
) -> None:
    """List the words whose neighbours differ most between two models.

    \b
    ophicleide moved -m austen --other melville --min-count 50
    """
    said = {"other": other, "top_k": top_k, "neighbours": neighbours, "frequent": frequent, "min_count": min_count}
    _ask(ctx, model, "moved", said)


COMMANDS = MappingProxyType[str, Callable[..., None]](
    {
        "similarity": similarity,
        "doesnt-match": doesnt_match,
        "rank": rank,
        "vector": vector,
        "words": words,
        "compare": compare,
        "moved": moved,
    }
)


def _ask(ctx: typer.Context, model: str, path: str, said: dict[str, Any]) -> None:
    session = Session.of(ctx)
    reply = session.api.get(f"/models/{quote(model, safe='')}/{path}", said)
    answers.show(session, reply.content, reply.json())
