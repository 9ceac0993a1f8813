"""Telling users what is wrong, where, and what to try: sources, spans, diagnostics, rendering.

The lowest room: every other one may use it, and it uses none of them.
"""

from neuroscript.diagnostics.collection import uncollected
from neuroscript.diagnostics.data import as_data
from neuroscript.diagnostics.diagnostic import Diagnostic, Fix, Label, Severity, Sink
from neuroscript.diagnostics.errors import InternalError, NeuroScriptError
from neuroscript.diagnostics.record import record, unique
from neuroscript.diagnostics.recursion import deep_recursion
from neuroscript.diagnostics.render import render
from neuroscript.diagnostics.sarif import as_sarif
from neuroscript.diagnostics.source import Source, Span
from neuroscript.diagnostics.suggest import and_list, did_you_mean, nearest, or_list

__all__ = [
    "Diagnostic",
    "Fix",
    "InternalError",
    "Label",
    "NeuroScriptError",
    "Severity",
    "Sink",
    "Source",
    "Span",
    "and_list",
    "as_data",
    "as_sarif",
    "deep_recursion",
    "did_you_mean",
    "nearest",
    "or_list",
    "record",
    "render",
    "uncollected",
    "unique",
]
