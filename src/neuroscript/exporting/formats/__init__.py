"""The formats of exports: one a file, one line in the tuple below."""

from __future__ import annotations

from neuroscript.exporting.form import Form
from neuroscript.exporting.formats.onnx import Onnx
from neuroscript.exporting.formats.pt2 import Pt2
from neuroscript.exporting.formats.python import Python
from neuroscript.exporting.formats.safetensors import Safetensors

FORMS: tuple[Form, ...] = (Safetensors(), Pt2(), Onnx(), Python())

__all__ = ["FORMS", "Form"]
