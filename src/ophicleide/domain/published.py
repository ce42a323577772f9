"""What must be known of a ready model to answer from what was published of it; no pydantic, so that it is known soon."""

from typing import NamedTuple, Protocol


class ArtifactFile(Protocol):
    """Which file an artifact is, and how to know that it is whole."""

    @property
    def id(self) -> str: ...
    @property
    def bytes(self) -> int: ...
    @property
    def sha256(self) -> str: ...


class PublishedArtifact(NamedTuple):
    """An `ArtifactFile`; `sha256` in hex."""

    id: str
    bytes: int
    sha256: str


class Published(NamedTuple):
    model_id: str
    model_name: str
    artifact: PublishedArtifact
