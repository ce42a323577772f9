"""A rank's share of the text, dealt fairly and read in equally long rounds."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from spark_jobs.train_word2vec.replicas.shard import Shard, dealt

lines = st.lists(st.text("ab é", min_size=1, max_size=30).map(lambda text: text.split() or ["a"]), max_size=40)


def joined(contexts: list[list[str]]) -> bytes:
    return "".join(" ".join(words) + "\n" for words in contexts).encode()


@given(lines, st.integers(1, 9))
def test_dealing_a_chunk_loses_no_line_and_cuts_none(contexts: list[list[str]], hands: int) -> None:
    pieces = list(dealt(joined(contexts), hands))

    assert b"".join(piece for _, piece in pieces) == joined(contexts)
    assert all(piece.endswith(b"\n") and hand < hands for hand, piece in pieces)


def test_hands_are_about_equally_large() -> None:
    sizes = [len(piece) for _, piece in dealt(b"one two three\n" * 1000, 8)]

    assert len(sizes) == 8
    assert max(sizes) - min(sizes) <= 2 * len(b"one two three\n")


def test_rounds_hold_every_context_once_and_about_equally_many_words(tmp_path: Path) -> None:
    contexts = [["word"] * (number % 7 + 1) for number in range(500)]
    shard = Shard.spool(tmp_path / "shard.txt", [joined(contexts[:200]), joined(contexts[200:])])

    rounds = list(shard.rounds(10))

    assert (shard.contexts, shard.tokens) == (500, sum(map(len, contexts)))
    assert [context for part in rounds for context in part] == contexts
    assert {sum(map(len, part)) // 20 for part in rounds} <= {
        shard.tokens // 200 - 1,
        shard.tokens // 200,
        shard.tokens // 200 + 1,
    }


def test_a_tiny_text_has_as_many_rounds_as_the_others(tmp_path: Path) -> None:
    shard = Shard.spool(tmp_path / "shard.txt", [b"a b\n"])

    assert sorted(shard.rounds(4)) == [[], [], [], [["a", "b"]]]


def test_a_share_may_be_empty(tmp_path: Path) -> None:
    assert list(Shard.spool(tmp_path / "shard.txt", []).rounds(3)) == [[], [], []]
