"""Lines that failed: what they would have given is no mistake of later lines."""

from __future__ import annotations

from typing import assert_never

from neuroscript.language.names.calls import callee
from neuroscript.language.names.chain import Bundle, Named
from neuroscript.language.names.state import State
from neuroscript.language.syntax import ast


def forgive(state: State, line: ast.Line) -> None:
    """Names that a failed line gives count as given, so that later lines are not blamed.

    Its calls are still looked at: what is wrong with them is wrong wherever they stand.
    """
    for step in line.steps[1:]:
        match step:
            case ast.Call():
                callee(state, step)
            case ast.Node():
                _forgive_node(state, step)
            case ast.TupleStep(items):
                for item in items:
                    _forgive_node(state, item)
            case ast.If() | ast.Match() | ast.Wrap() | ast.Rearrange():
                pass
            case _:
                assert_never(step)
    if line.block is not None:
        for inner in line.block.lines:
            forgive(state, inner)


def _forgive_node(state: State, node: ast.Node) -> None:
    """Let a name count as given, with a value nobody knows."""
    if node.port is None and node.at is None and not state.is_defined(node, True):
        outputs = state.definition.output_names
        output = outputs[0] if node.name.text == "out" and len(outputs) == 1 else None
        output = node.name.text if node.name.text in outputs else output
        unknown = Bundle((state.tensor(node.span),), ("out",), node.span, known=False)
        if output is not None:
            state.written.setdefault(output, (unknown, node.span))
        elif state.definition.scope.find(node.name.text) is None:
            state.named.setdefault(node.name.text, Named(unknown, node.span))
