"""Dimensions, shapes and element types: what the declared ports mean and prove."""
