"""Weights of models of Hugging Face transformers as weights of ours, and back.

Each model has one file in `families/` that says which weight is which. Importing this package
imports neither torch nor safetensors.
"""

from neuroscript.convert.against import check_against, load_weights
from neuroscript.convert.config import HubConfig, read_config, settings_of
from neuroscript.convert.converting import Converted, convert
from neuroscript.convert.errors import WeightsError
from neuroscript.convert.families import models
from neuroscript.convert.family import Settings
from neuroscript.convert.files import read_weights, write_weights
from neuroscript.convert.report import Report

__all__ = [
    "Converted",
    "HubConfig",
    "Report",
    "Settings",
    "WeightsError",
    "check_against",
    "convert",
    "load_weights",
    "models",
    "read_config",
    "read_weights",
    "settings_of",
    "write_weights",
]
