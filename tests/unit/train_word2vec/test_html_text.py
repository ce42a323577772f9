"""A web page's words without its markup."""

from pathlib import Path

from spark_jobs.train_word2vec.html_text import readable
from spark_jobs.train_word2vec.read_text import Text
from spark_jobs.train_word2vec.tokenise import contexts

PAGE = """<!DOCTYPE html><html><head><title>Shop</title><script>var hidden = 1;</script><style>p{color:red}</style></head>
<body><nav>Home</nav><h1>Chapter&nbsp;I</h1><p>Emma <b>Wood</b>house, hand&shy;some &amp; clever<p>Second
paragraph<!-- comment --><br>goes on</p><script>if (a < b) { hidden() }</script></body></html>"""


def found(page: str, size: int) -> list[list[str]]:
    pieces = [page[i : i + size] for i in range(0, len(page), size)]
    return list(contexts("".join(readable(pieces)).split("\n")))


def test_scripts_styles_and_navigation_are_left_out_and_blocks_are_paragraphs() -> None:
    expected = [
        ["chapter", "i"],
        ["emma", "woodhouse", "handsome", "clever"],
        ["second", "paragraph", "goes", "on"],
    ]

    assert found(PAGE, len(PAGE)) == expected


def test_markup_cut_between_pieces_makes_no_difference() -> None:
    assert found(PAGE, 7) == found(PAGE, len(PAGE))


def test_a_page_is_known_by_its_type_or_by_its_start(tmp_path: Path) -> None:
    path = tmp_path / "body"
    path.write_text("<html><body>plain <i>words</i></body></html>")

    for content_type in ("text/html; charset=utf-8", None):
        assert list(contexts(Text(path, content_type, 1000).lines())) == [["plain", "words"]]


def test_plain_text_keeps_its_angle_brackets(tmp_path: Path) -> None:
    path = tmp_path / "body"
    path.write_text("one <two> three")

    assert list(contexts(Text(path, "text/plain", 1000).lines())) == [["one", "two", "three"]]
