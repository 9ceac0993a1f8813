"""Checked program to readable Python: naming, layout, classes; and running what was written."""

from neuroscript.codegen.build import build
from neuroscript.codegen.module import Code, Target, emit
from neuroscript.codegen.naming import parameter_name

__all__ = ["Code", "Target", "build", "emit", "parameter_name"]
