"""`ophicleide demo`: the whole story on the sample texts that the local runner serves."""

from uuid import uuid4

import typer

from ophicleide.cli import tables
from ophicleide.cli.session import Session
from ophicleide.cli.waiting import wait_until_ready

NAME = "austen"
NOVELS = ("emma", "mansfieldpark", "northangerabbey", "persuasion", "prideprejudice", "sensesensibility")
WORDS = ("captain", "marriage", "happy", "sister", "monday")
NEIGHBOURS = 5


def demo(ctx: typer.Context) -> None:
    """Train a model on Jane Austen's six novels and ask it a few words.

    \b
    make run                 # in one terminal
    ophicleide demo          # in another
    """
    session = Session.of(ctx)
    urls = [f"{session.api.root}/samples/{novel}.txt.gz" for novel in NOVELS]
    session.say(f"Training '{NAME}' on {len(urls)} novels by Jane Austen.")
    model = session.api.post("/models", {"name": NAME, "urls": urls}, str(uuid4())).json()
    model = wait_until_ready(session, model["id"]).json()
    result = model["result"]
    session.say(
        f"Ready: {result['vocabulary_size']:,} words learnt from {result['corpus']['tokens']:,} in {result['epochs']} epochs."
    )
    for word in WORDS:
        _ask(session, model["id"], word)
    session.say(f"\nNow you: ophicleide query friend --model {NAME}")


def _ask(session: Session, model_id: str, word: str) -> None:
    reply = session.api.post("/queries", {"model": model_id, "word": word, "top_k": NEIGHBOURS}, str(uuid4()))
    answer = reply.json()
    session.show(
        reply.content, lambda: tables.neighbours(answer, f"\n{word}"), lambda: (n["word"] for n in answer["neighbours"])
    )
