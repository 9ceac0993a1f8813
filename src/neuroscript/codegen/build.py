"""From generated text to classes: the first place that imports torch, by running the text."""

from __future__ import annotations

import linecache
import sys
from itertools import count
from types import ModuleType

from neuroscript.codegen.module import Code

_numbers = count(1)


def build(code: Code) -> ModuleType:
    """Run generated code; the module holds its classes.

    The text is kept where tracebacks and `inspect.getsource` find it. The module is registered in
    `sys.modules` under a name of its own, so that its classes can be pickled in this process.
    """
    number = next(_numbers)
    filename = f"<neuroscript {code.name} {number}>"
    lines = code.text.splitlines(keepends=True)
    linecache.cache[filename] = len(code.text), None, lines, filename
    module = ModuleType(f"neuroscript.generated_{number}", f"Generated from {code.name}.")
    module.__file__ = filename
    sys.modules[module.__name__] = module
    exec(compile(code.text, filename, "exec"), module.__dict__)  # noqa: S102 (text we wrote)
    return module
