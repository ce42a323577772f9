"""How documents of the API look to a person: rich tables, and the pages of a list put together."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Group, RenderableType
    from rich.table import Table

    from ophicleide.cli.session import Session

BAR_CELLS = 24
STATUS_STYLES = {"ready": "green", "failed": "red", "training": "yellow", "pending": "yellow", "cancelled": "dim"}


def pages(
    session: Session, path: str, field: str, params: dict[str, Any], *, every: bool
) -> tuple[bytes, dict[str, Any]]:
    """A list's first page as it was sent, or all pages as one document of the same form."""
    reply = session.api.get(path, params)
    document = reply.json()
    if not every:
        return reply.content, document
    items = list(document[field])
    while document["next_cursor"]:
        document = session.api.get(path, {**params, "cursor": document["next_cursor"]}).json()
        items += document[field]
    whole = {field: items, "next_cursor": None}
    return json.dumps(whole, ensure_ascii=False).encode(), whole


def models(page: dict[str, Any]) -> RenderableType:
    from rich.text import Text

    table = _grid(
        "NAME", "STATUS", "WORDS", "SIZE", "AGE", "ID", empty="No models. `ophicleide models create` makes one."
    )
    for model in page["models"]:
        result = model.get("result") or {}
        words = f"{result['vocabulary_size']:,}" if result else ""
        size = str(result.get("vector_size") or (model["parameters"] or {}).get("vector_size", ""))
        status = Text(_status(model), style=STATUS_STYLES.get(model["status"], ""))
        table.add_row(Text(model["name"]), status, words, size, age(model["created_at"]), model["id"])
    return _paged(table, page)


def model(document: dict[str, Any]) -> RenderableType:
    from rich.table import Table
    from rich.text import Text

    table = Table.grid(padding=(0, 2))
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in _facts(document):
        table.add_row(name, Text(value))
    return table


def _facts(model: dict[str, Any]) -> list[tuple[str, str]]:
    result, failure = model.get("result") or {}, model.get("failure") or {}
    given = {key: value for key, value in (model["parameters"] or {}).items() if value is not None}
    facts = [
        ("name", model["name"]),
        ("id", model["id"]),
        ("status", _status(model)),
        ("failure", f"{failure.get('code')}: {failure.get('detail')}" if failure else ""),
        ("created", f"{model['created_at']} ({age(model['created_at'])} ago)"),
        ("labels", ", ".join(f"{key}={value}" for key, value in model.get("labels", {}).items())),
        ("parameters", ", ".join(f"{key} {value}" for key, value in given.items())),
        ("texts", "\n".join(model["urls"])),
        ("vectors", (model.get("vectors") or {}).get("url", "")),
    ]
    if result:
        corpus, phases = result["corpus"] or {}, result.get("seconds_by_phase", {})
        epochs = f", {result['epochs']} epochs" if result["epochs"] else ""
        facts += [
            ("corpus", f"{corpus['tokens']:,} words in {corpus['sentences']:,} sentences" if corpus else ""),
            ("vocabulary", f"{result['vocabulary_size']:,} words{epochs}"),
            *_quality(result.get("quality") or {}),
            ("seconds", ", ".join(f"{phase} {seconds:.1f}" for phase, seconds in phases.items())),
        ]
    return [(name, value) for name, value in facts if value]


def _quality(quality: dict[str, Any]) -> list[tuple[str, str]]:
    asked = quality.get("analogies") or {}
    near = [f"{entry['word']}: {', '.join(entry['nearest'])}" for entry in quality.get("neighbours", ())]
    return [
        ("coverage", f"{quality['coverage']:.1%} of the words" if quality else ""),
        ("analogies", f"{asked['correct']:.1%} of {asked['asked']:,} ({asked['questions']})" if asked else ""),
        ("nearest", "\n".join(near)),
    ]


def neighbours(answer: dict[str, Any], title: str | None = None) -> RenderableType:
    from rich.table import Table
    from rich.text import Text

    table = Table.grid(padding=(0, 2))
    table.title, table.title_justify, table.title_style = Text(title) if title else None, "left", "bold"
    for neighbour in answer["neighbours"]:
        similarity = neighbour["similarity"]
        table.add_row(Text(neighbour["word"]), Text(bar(similarity), style="cyan"), f"{similarity:.3f}")
    return table


def queries(page: dict[str, Any]) -> RenderableType:
    from rich.text import Text

    from ophicleide.cli import answers

    table = _grid(
        "QUESTION", "MODEL", "ANSWER", "AGE", "ID", empty="No queries were kept. `ophicleide query` asks one."
    )
    for query in page["queries"]:
        asked, gist = Text(answers.question(query)), Text(", ".join(answers.names(query)[:3]))
        table.add_row(asked, Text(query["model_name"]), gist, age(query["created_at"]), query["id"])
    return _paged(table, page)


def aliases(page: dict[str, Any]) -> RenderableType:
    from rich.text import Text

    table = _grid("NAME", "AGE", "ID", empty="No name is pinned. `ophicleide aliases set` pins one.")
    for alias in page["aliases"]:
        table.add_row(Text(alias["name"]), age(alias["since"]), alias["model_id"])
    return _paged(table, page)


def alias(document: dict[str, Any]) -> RenderableType:
    from rich.table import Table
    from rich.text import Text

    table = Table.grid(padding=(0, 2))
    for number, pin in enumerate([document, *document["history"]]):
        model = pin["model_id"] or "its newest ready model"
        table.add_row(Text("" if number else document["name"], style="bold"), model, f"since {pin['since']}")
    return table


def bar(fraction: float) -> str:
    """Eighths of a cell, so that near similarities differ to the eye; nothing below 0."""
    eighths = round(max(0.0, min(1.0, fraction)) * BAR_CELLS * 8)
    return "█" * (eighths // 8) + " ▏▎▍▌▋▊▉"[eighths % 8].strip()


def age(moment: str) -> str:
    seconds = max(0, int((datetime.now(UTC) - datetime.fromisoformat(moment)).total_seconds()))
    for unit, length in (("d", 86400), ("h", 3600), ("m", 60)):
        if seconds >= length:
            return f"{seconds // length}{unit}"
    return f"{seconds}s"


def _status(model: dict[str, Any]) -> str:
    progress = model.get("progress")
    return f"{model['status']} {progress['fraction']:.0%}" if progress else str(model["status"])


def _grid(*columns: str, empty: str) -> Table:
    from rich.table import Table

    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="bold", caption_justify="left")
    for column in columns:
        table.add_column(column, no_wrap=column == "ID", overflow="fold")
    table.caption = empty
    return table


def _paged(table: Table, page: dict[str, Any]) -> RenderableType | Group:
    if not table.row_count:
        return str(table.caption)
    table.caption = "More: --all shows every page." if page.get("next_cursor") else None
    return table


def words(page: dict[str, Any]) -> RenderableType:
    from rich.text import Text

    table = _grid("WORD", "COUNT", empty="No words begin so.")
    for word in page["words"]:
        table.add_row(Text(word["word"]), f"{word['count']:,}")
    return _paged(table, page)
