"""Vectors that somebody else learnt: where they are and in which format."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from ophicleide.domain.names import Url
from ophicleide.domain.values import Value


class ImportFormat(StrEnum):
    """Each of them also in gzip."""

    WORD2VEC_TEXT = "word2vec-text"
    WORD2VEC_BINARY = "word2vec-binary"
    GLOVE_TEXT = "glove-text"


class VectorsSource(Value):
    """A file of vectors at a URL; its words keep their order, which by custom is falling frequency."""

    url: Url
    format: Annotated[ImportFormat | None, Field(description="Told from the file's beginning when absent.")] = None
