"""Older import paths of NeuroScript; everything here is re-exported from `neuroscript`."""
