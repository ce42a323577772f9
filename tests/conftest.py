"""Fixtures that tests of every kind share."""

from tests.document_store import document_store

__all__ = ["document_store"]
