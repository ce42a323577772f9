"""How the answer to each kind of question looks to a person, as bare names, and in one line."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from ophicleide.cli import tables

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table

    from ophicleide.cli.session import Session

Answer = dict[str, Any]


class Look(NamedTuple):
    """How one kind is asked in a line, shown as a table, and told as names."""

    asked: Callable[[Answer], str]
    table: Callable[[Answer], RenderableType]
    names: Callable[[Answer], list[str]]


def show(session: Session, document: bytes, answer: Answer) -> None:
    session.show(document, lambda: _look(answer).table(answer), lambda: names(answer))


def question(answer: Answer) -> str:
    return _look(answer).asked(answer)


def names(answer: Answer) -> list[str]:
    return _look(answer).names(answer)


def _look(answer: Answer) -> Look:
    """By the field that only this kind's answers have: those to a GET do not name their kind."""
    return next(look for field, look in LOOKS.items() if field in answer)


def _near_asked(answer: Answer) -> str:
    word = [answer["word"]] if answer.get("word") else []
    signed = [f"{sign}{each['word']}" for sign in "+-" for each in answer.get(_SIDES[sign], ())]
    return " ".join([*word, *signed]) or "a vector"


_SIDES = {"+": "positive", "-": "negative"}


def _near_names(answer: Answer) -> list[str]:
    return [neighbour["word"] for neighbour in answer["neighbours"]]


def _similarity(answer: Answer) -> RenderableType:
    return _bars([(" ".join(answer["first"]) + " · " + " ".join(answer["second"]), answer["similarity"])])


def _odd_one_out(answer: Answer) -> RenderableType:
    return _bars([(each["word"], each["similarity"]) for each in reversed(answer["similarities"])])


def _rank(answer: Answer) -> RenderableType:
    return f"{answer['rank']}  {answer['other']} among the neighbours of {answer['word']} ({answer['similarity']:.3f})"


def _vector(answer: Answer) -> RenderableType:
    numbers = " ".join(f"{number:.4f}" for number in answer["vector"])
    return f"{answer['spelt']}  seen {answer['count']:,} times, length {answer['norm']:.3f}\n{numbers}"


def _compare(answer: Answer) -> RenderableType:
    from itertools import zip_longest

    from rich.text import Text

    table = _table(answer["model_name"], "", answer["other_model_name"], "")
    both = set(_near_names(answer)) & {each["word"] for each in answer["other_neighbours"]}
    for pair in zip_longest(answer["neighbours"], answer["other_neighbours"]):
        cells = [(each["word"], f"{each['similarity']:.3f}") if each else ("", "") for each in pair]
        table.add_row(*(Text(text, style="bold" if text in both else "") for cell in cells for text in cell))
    table.caption = f"{answer['overlap']:.0%} of all these words are in both."
    return table


def _moved(answer: Answer) -> RenderableType:
    from rich.text import Text

    table = _table("WORD", answer["model_name"], answer["other_model_name"], "OVERLAP")
    for each in answer["words"]:
        table.add_row(Text(each["word"]), f"{each['count']:,}", f"{each['other_count']:,}", f"{each['overlap']:.3f}")
    table.caption = f"Of {answer['compared']:,} words that were compared by {answer['neighbours']} neighbours."
    return table


def _bars(rows: list[tuple[str, float]]) -> RenderableType:
    return tables.neighbours({"neighbours": [{"word": word, "similarity": number} for word, number in rows]})


def _table(*columns: str) -> Table:
    from rich.table import Table

    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="bold", caption_justify="left")
    for column in columns:
        table.add_column(column)
    return table


LOOKS = {
    "other_neighbours": Look(lambda a: f"{a['word']} compared", _compare, _near_names),
    "compared": Look(lambda _: "what moved", _moved, lambda a: [each["word"] for each in a["words"]]),
    "neighbours": Look(_near_asked, tables.neighbours, _near_names),
    "odd_one_out": Look(lambda a: " ".join(a["words"]), _odd_one_out, lambda a: [a["odd_one_out"]]),
    "rank": Look(lambda a: f"{a['other']} near {a['word']}", _rank, lambda a: [str(a["rank"])]),
    "norm": Look(lambda a: a["word"], _vector, lambda a: [str(number) for number in a["vector"]]),
    "first": Look(
        lambda a: f"{' '.join(a['first'])} · {' '.join(a['second'])}", _similarity, lambda a: [str(a["similarity"])]
    ),
}
