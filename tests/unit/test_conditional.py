"""If-None-Match as RFC 9110 reads it."""

import pytest

from ophicleide.edge.conditional import still_holds


@pytest.mark.parametrize(
    ("header", "holds"),
    [
        ('"a"', True),
        ('W/"a"', True),
        ('"b", "a"', True),
        ('"b" ,, W/"a" ,', True),
        ('"x,y", "a"', True),
        ("*", True),
        (" * ", True),
        ('"aa"', False),
        ('"b"', False),
        ("a", False),
        ('"a', False),
        ('"b""a"', False),
        ('"b" "a"', False),
        ('w/"a"', False),
        ('*, "a"', False),
        ("", False),
        (None, False),
    ],
)
def test_a_tag_holds_where_the_header_names_it(header: str | None, holds: bool) -> None:
    assert still_holds('"a"', header) is holds
