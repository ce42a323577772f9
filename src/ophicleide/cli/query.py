"""`ophicleide query`: which words are near, with all that can be said of it."""

import json
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote
from uuid import uuid4

import typer

from ophicleide.cli import answers
from ophicleide.cli.completion import model_names
from ophicleide.cli.failures import usage
from ophicleide.cli.session import Session

Model = Annotated[
    str, typer.Option("--model", "-m", metavar="MODEL", help="A model's id, or a name.", autocompletion=model_names)
]
Words = list[str] | None
REPEATED_IN_URL = 20
"""More repeated options than these go into a body."""


def query(
    ctx: typer.Context,
    word: Annotated[str | None, typer.Argument(metavar="[WORD]", help="A word of the model's vocabulary.")] = None,
    *,
    model: Model,
    positive: Annotated[
        Words, typer.Option("--positive", "-p", metavar="WORD[:WEIGHT]", help="Near to this too; may be repeated.")
    ] = None,
    negative: Annotated[
        Words, typer.Option("--negative", "-n", metavar="WORD[:WEIGHT]", help="Far from this; may be repeated.")
    ] = None,
    vector: Annotated[
        str | None, typer.Option(metavar="NUMBERS", help="Near to this vector: comma-separated, or @FILE, @- is stdin.")
    ] = None,
    objective: Annotated[str | None, typer.Option(help="3cosadd (sums) or 3cosmul (products).")] = None,
    top_k: Annotated[int | None, typer.Option("--top-k", "-k", min=1, help="How many neighbours.")] = None,
    offset: Annotated[int | None, typer.Option(min=0, help="Leave out so many of the nearest.")] = None,
    min_similarity: Annotated[float | None, typer.Option(help="None that are less similar.")] = None,
    prefix: Annotated[str | None, typer.Option(help="Only words that begin so.")] = None,
    among: Annotated[Words, typer.Option(metavar="WORD", help="Only these words; may be repeated.")] = None,
    exclude: Annotated[Words, typer.Option(metavar="WORD", help="None of these words; may be repeated.")] = None,
    keep: Annotated[bool, typer.Option("--keep/--no-keep", help="Keep query and answer in the history.")] = True,
) -> None:
    """Ask which words are nearest to a word, to several for and against, or to a vector.

    \b
    ophicleide query captain --model austen
    ophicleide query -m austen -p she -p captain:0.5 -n he --objective 3cosmul
    ophicleide query sister -m austen -k 5 --prefix m --exclude mr --output name
    """
    if word is None and not positive and not negative and vector is None:
        raise usage("Give a WORD, --positive, --negative or --vector.")
    session = Session.of(ctx)
    said: dict[str, Any] = {"word": word, "objective": objective, "top_k": top_k, "offset": offset}
    said |= {"min_similarity": min_similarity, "prefix": prefix, "among": among, "exclude": exclude}
    given = {name: value for name, value in said.items() if value is not None and value != []}
    sides = {name: texts for name, texts in (("positive", positive), ("negative", negative)) if texts}
    path = f"/models/{quote(model, safe='')}/most-similar"
    if not keep and vector is None and sum(map(len, [among or (), exclude or (), *sides.values()])) <= REPEATED_IN_URL:
        reply = session.api.get(path, {**given, **sides})
        return answers.show(session, reply.content, reply.json())
    question = given | _in_json(sides) | ({"vector": _numbers(vector)} if vector is not None else {})
    if keep:
        reply = session.api.post("/queries", {"model": model, **question}, str(uuid4()))
        return answers.show(session, reply.content, reply.json())
    reply = session.api.post(path, {"queries": [question]}, str(uuid4()))
    return answers.show(session, reply.content, reply.json()["answers"][0])


def _in_json(sides: dict[str, list[str]]) -> dict[str, Any]:
    from ophicleide.domain.examples import from_text

    return {name: [from_text(text) for text in texts] for name, texts in sides.items()}


def _numbers(text: str) -> Any:
    """Numbers with commas or blanks between them, in brackets or not."""
    try:
        if text.startswith("@"):
            text = typer.get_text_stream("stdin").read() if text == "@-" else Path(text[1:]).read_text()
        bare = text.strip().removeprefix("[").removesuffix("]").replace(",", " ").split()
        return json.loads(f"[{','.join(bare)}]")
    except (OSError, ValueError) as error:
        raise usage("--vector takes numbers, or @ and a file of numbers.") from error
