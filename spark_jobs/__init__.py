"""Spark batch jobs: one folder, one image."""
