"""Tells what models there are and how they are doing."""
