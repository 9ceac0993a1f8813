"""What a `.ns` file means: syntax, names, rules, shapes.

No torch, and nothing here runs what a user wrote.
"""

from neuroscript.language.checked import Checked
from neuroscript.language.checking import check, check_path, check_text
from neuroscript.language.reading import read_source
from neuroscript.language.signature import Param, Port, Signature

__all__ = [
    "Checked",
    "Param",
    "Port",
    "Signature",
    "check",
    "check_path",
    "check_text",
    "read_source",
]
