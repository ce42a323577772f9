"""Where the parts of an artifact lie: its prefix and header, read without the rest and without arrays.

The form of the whole file is described in `artifact.py`.
"""

import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass

from ophicleide.domain.errors import ArtifactDamaged

MAGIC = b"OPHICLV1"
FORMAT_VERSION = 1
PREFIX = struct.Struct("<8sI")
HEAD_BYTES = 4096
"""More than prefix and header ever took: one read of so many bytes brings them."""


@dataclass(frozen=True)
class Layout:
    """`sections` maps a name to (offset, bytes) from the start of the file."""

    vocabulary_size: int
    vector_size: int
    sections: Mapping[str, tuple[int, int]]


def read_layout(head: bytes | bytearray | memoryview) -> Layout:
    """The layout that the first bytes of an artifact tell; `ArtifactDamaged` where they do not."""
    try:
        magic, length = PREFIX.unpack_from(head)
        if magic != MAGIC:
            raise ArtifactDamaged("The stored vectors are not in a format that this version reads.")
        header = json.loads(bytes(memoryview(head)[PREFIX.size : PREFIX.size + length]))
        if header["version"] != FORMAT_VERSION:
            raise ArtifactDamaged("The stored vectors are in a version of the format that is not read here.")
        sections = {name: (offset, size) for name, (offset, size) in header["sections"].items()}
        layout = Layout(header["vocabulary_size"], header["vector_size"], sections)
        _check(layout)
    except (struct.error, ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        raise ArtifactDamaged("The stored vectors cannot be read: their header is damaged.") from error
    return layout


def _check(layout: Layout) -> None:
    rows, columns = layout.vocabulary_size, layout.vector_size
    numbers = [rows, columns, *(number for section in layout.sections.values() for number in section)]
    if not {"words", "counts", "matrix"} <= layout.sections.keys():
        raise ArtifactDamaged("The stored vectors lack a section.")
    if not all(isinstance(number, int) and number >= 0 for number in numbers) or min(rows, columns) < 1:
        raise ArtifactDamaged("The stored vectors have sizes or places that cannot be.")
    if layout.sections["counts"][1] != 8 * rows or layout.sections["matrix"][1] != 4 * rows * columns:
        raise ArtifactDamaged("The stored vectors, words and counts do not match in number.")
