"""Fails while it is imported."""

SCALE = 1 / 0
