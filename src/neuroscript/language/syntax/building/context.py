"""The bindings of a `context:`, from the tree of the grammar to ours."""

from __future__ import annotations

from neuroscript.language.syntax import ast
from neuroscript.language.syntax.building.tree import Places, parts_of
from neuroscript.language.syntax.building.values import Values
from neuroscript.language.syntax.matcher import Node as TreeNode


class Context(Places):
    """Builds bindings."""

    def __init__(self, values: Values) -> None:
        super().__init__(values.between)
        self.values = values

    def item(self, node: TreeNode) -> ast.Item:
        (inner,) = node.children
        return self.unroll(inner) if inner.rule == "unroll" else self.binding(inner)

    def unroll(self, node: TreeNode) -> ast.Unroll:
        name, *index = parts_of(node, "IDENT")
        (count,) = parts_of(node, "value")
        items = tuple(self.item(item) for item in parts_of(node, "item"))
        head_end = next(part for part in node.children if part.rule == "COLON").end
        return ast.Unroll(
            self.name(name),
            self.values.value(count),
            self.name(index[0]) if index else None,
            items,
            self.between(node.start, head_end),
        )

    def binding(self, node: TreeNode) -> ast.Binding:
        annotation = next(
            (self.name(part.children[1]) for part in parts_of(node, "annotation")), None
        )
        (name,) = parts_of(node, "IDENT")
        (value,) = parts_of(node, "value", "conditional")
        is_value = value.rule == "value"
        return ast.Binding(
            annotation,
            self.name(name),
            self.values.value(value) if is_value else self.conditional(value),
            self.span(node),
        )

    def conditional(self, node: TreeNode) -> ast.Conditional:
        values = [self.values.value(value) for value in parts_of(node, "value")]
        otherwise = values.pop() if len(values) % 2 else None
        branches = tuple(zip(values[::2], values[1::2], strict=True))
        return ast.Conditional(branches, otherwise, self.span(node))
