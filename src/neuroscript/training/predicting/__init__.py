"""Asking a trained model: rows of plain data in, answers of plain data out, batch by batch."""

from neuroscript.training.predicting.predictor import Predictor, Refused
from neuroscript.training.predicting.row import Row

__all__ = ["Predictor", "Refused", "Row"]
