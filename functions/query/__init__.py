"""Answers which words are near."""
