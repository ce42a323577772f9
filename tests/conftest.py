"""Fixtures that tests of every kind share."""

from tests.document_store import document_store
from tests.product import product

__all__ = ["document_store", "product"]
