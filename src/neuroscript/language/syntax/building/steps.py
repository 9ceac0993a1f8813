"""Steps that hold no block, from the tree of the grammar to ours: names and rearrangements."""

from __future__ import annotations

from neuroscript.language.syntax import ast
from neuroscript.language.syntax.building.tree import Places, parts_of
from neuroscript.language.syntax.building.values import Values
from neuroscript.language.syntax.matcher import Node as TreeNode


class Steps(Places):
    """Builds names and rearrangements."""

    def __init__(self, values: Values) -> None:
        super().__init__(values.between)
        self.values = values

    def rearrange(self, node: TreeNode) -> ast.Rearrange:
        parts = node.children
        annotation: ast.Name | None = None
        operation: ast.Name | ast.Call | None = None
        if parts[1].rule == "AT":
            annotation = self.name(parts[2])
            operation = (
                self.values.call(parts[4]) if parts[4].rule == "call" else self.name(parts[4])
            )
        dims = tuple(self.rearrange_dim(part) for part in parts_of(node, "reshape_dim"))
        return ast.Rearrange(annotation, operation, dims, self.span(node))

    def rearrange_dim(self, node: TreeNode) -> ast.RearrangeDim:
        (inner,) = node.children
        match inner.rule:
            case "star_dim":
                return self.values.star(inner)
            case "OTHERS":
                return ast.Others(self.span(inner))
            case "named_dim":
                name, _, value = inner.children
                return ast.NamedDim(self.name(name), self.values.value(value), self.span(inner))
            case _:
                return self.values.value(inner)

    def node(self, node: TreeNode) -> ast.Node:
        name, *rest = node.children
        port: str | int | None = None
        at: ast.Value | None = None
        for part in rest:
            if part.rule == "INT":
                port = int(part.text)
            elif part.rule == "IDENT":
                port = part.text.rstrip(" ")
            elif part.rule == "value":
                at = self.values.value(part)
        return ast.Node(self.name(name), port, self.span(node), at)
