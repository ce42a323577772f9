"""How answers of each kind look in a line, as names and as a table."""

from typing import Any

import pytest
from rich.console import Console

from ophicleide.cli import answers
from ophicleide.cli.answers import LOOKS

NEAR = [{"word": "harville", "similarity": 0.75}]
MODELS = {"model_id": "1", "model_name": "austen", "other_model_id": "2", "other_model_name": "melville"}
SIDE_BY_SIDE = {"word": "captain", "neighbours": NEAR, "other_neighbours": [*NEAR, {"word": "ahab", "similarity": 0.5}]}
MOVED = {"word": "ship", "count": 3, "other_count": 1000, "overlap": 0.125}

ANSWERS: dict[str, tuple[dict[str, Any], str, list[str], str]] = {
    "neighbours": ({"word": "captain", "neighbours": NEAR}, "captain", ["harville"], "0.750"),
    "examples": (
        {"positive": [{"word": "a", "weight": 1}], "negative": [{"word": "b", "weight": 2}], "neighbours": NEAR},
        "+a -b",
        ["harville"],
        "harville",
    ),
    "a vector's neighbours": ({"vector": [1], "neighbours": NEAR}, "a vector", ["harville"], "harville"),
    "other_neighbours": (MODELS | SIDE_BY_SIDE | {"overlap": 0.5}, "captain compared", ["harville"], "50% of all"),
    "compared": (MODELS | {"words": [MOVED], "compared": 9, "neighbours": 5}, "what moved", ["ship"], "1,000"),
    "odd_one_out": ({"words": ["a", "b", "c"], "odd_one_out": "c", "similarities": NEAR}, "a b c", ["c"], "harville"),
    "rank": ({"word": "a", "other": "b", "rank": 4, "similarity": 0.5}, "b near a", ["4"], "4  b among"),
    "norm": ({"word": "A", "spelt": "a", "count": 7, "norm": 2, "vector": [2]}, "A", ["2"], "seen 7 times"),
    "first": ({"first": ["a"], "second": ["b", "c"], "similarity": 0.25}, "a · b c", ["0.25"], "0.250"),
}


@pytest.mark.parametrize("kind", ANSWERS)
def test_each_kind_has_its_line_names_and_table(kind: str) -> None:
    answer, line, names, part = ANSWERS[kind]
    console = Console(width=120)
    with console.capture() as shown:
        console.print(next(look for field, look in LOOKS.items() if field in answer).table(answer))

    assert answers.question(answer) == line
    assert answers.names(answer) == names
    assert part in shown.get()


def test_every_kind_is_tried() -> None:
    assert LOOKS.keys() <= ANSWERS.keys()
