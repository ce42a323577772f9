"""Cancels, removes and forgets models."""
