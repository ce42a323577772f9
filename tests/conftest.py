"""Fixtures that tests of every kind share."""

import signal

from tests.document_store import document_store
from tests.product import product

__all__ = ["document_store", "product"]

# A shell that runs the tests in the background has them ignore Ctrl-C, and every program that they start would too.
signal.signal(signal.SIGINT, signal.default_int_handler)
