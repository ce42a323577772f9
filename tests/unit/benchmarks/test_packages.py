"""Text as the readers of the benchmark's corpora find it."""

import gzip
from pathlib import Path

from benchmarks.corpora import _first, _sentences
from benchmarks.packages import brown, pages, plain, wordnet


def test_a_synset_gives_its_words_its_gloss_and_its_examples(tmp_path: Path) -> None:
    path = tmp_path / "data.noun"
    line = '00001740 03 n 02 entity 0 living_thing 0 000 | that which exists; "it is alive"; "it is dead"'
    path.write_text(f"  1 a licence | which is skipped\n{line}\n")

    assert list(wordnet(path)) == ["entity living thing that which exists", "it is alive", "it is dead"]


def test_brown_is_read_without_its_tags(tmp_path: Path) -> None:
    (tmp_path / "ca01").write_text("The/at jury/nn said/vbd ./.\n")

    assert list(brown(tmp_path)) == ["The jury said ."]


def test_pages_are_read_without_scripts_and_indexes(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text("<script>x</script><p>Tea &amp; <b>cake</b></p><div>")
    (tmp_path / "genindex.html").write_text("<p>a, 3</p><div>")

    assert [" ".join(text.split()) for text in pages(tmp_path)] == ["Tea & cake"]


def test_a_gzipped_text_is_read_by_paragraphs(tmp_path: Path) -> None:
    path = tmp_path / "novel.txt.gz"
    path.write_bytes(gzip.compress(b"One\nline.\n\nAnother.\n"))

    assert list(plain(path)) == ["One line.", "Another."]


def test_sentences_are_clean_long_enough_and_never_twice() -> None:
    text = "It\u2019s a truth universally acknowledged. Too short. It's a truth universally acknowledged!"

    assert list(_sentences([text], set())) == ["it's a truth universally acknowledged"]


def test_a_corpus_ends_when_it_is_large_enough() -> None:
    assert list(_first(["a b", "c d", "e f"], 3)) == ["a b", "c d"]
