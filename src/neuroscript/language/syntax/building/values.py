"""Values, arguments and shapes, from the tree of the grammar to ours."""

from __future__ import annotations

import re

from neuroscript.language.syntax import ast
from neuroscript.language.syntax.building.tree import Places, parts_of
from neuroscript.language.syntax.matcher import Node as TreeNode

_WORDS: dict[str, bool | None] = {"true": True, "false": False, "none": None}
_OPERATORS = {"||": "or", "&&": "and", "!": "not"}
_ESCAPE = re.compile(r"\\(?:x(..)|u(....)|(.))")
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r", "0": "\0"}


class Values(Places):
    """Builds values, and what is made of them."""

    def shape(self, node: TreeNode) -> ast.ShapeExpr:
        dims: list[ast.ShapeDim] = []
        for part in parts_of(node, "shape_dim"):
            (inner,) = part.children
            dims.append(self.star(inner) if inner.rule == "star_dim" else self.value(inner))
        return ast.ShapeExpr(tuple(dims), self.span(node))

    def star(self, node: TreeNode) -> ast.StarDim:
        name = next((part.text.rstrip(" ") for part in parts_of(node, "IDENT")), None)
        return ast.StarDim(name, self.span(node))

    def call(self, node: TreeNode) -> ast.Call:
        (name,) = parts_of(node, "IDENT")
        return ast.Call(self.name(name), self.args(node), self.span(node))

    def args(self, node: TreeNode) -> tuple[ast.Argument, ...]:
        return tuple(
            self.arg(arg) for args in parts_of(node, "args") for arg in parts_of(args, "arg")
        )

    def arg(self, node: TreeNode) -> ast.Argument:
        parts = parts_of(node, "IDENT", "value")
        keyword = self.name(parts[0]) if parts[0].rule == "IDENT" else None
        return ast.Argument(keyword, self.value(parts[-1]), self.span(node))

    def value(self, node: TreeNode) -> ast.Value:
        """Any rule of values and dims; those that only pass one value on vanish."""
        parts = node.children
        match node.rule:
            case "INT" | "FLOAT" | "STRING" | "WORD_VALUE":
                return ast.Literal(_literal(node), self.span(node))
            case "IDENT":
                return ast.NameValue(node.text.rstrip(" "), self.span(node))
            case "global_name":
                return ast.GlobalValue(parts[1].text.rstrip(" "), self.span(node))
            case "call":
                return ast.CallValue(self.call(node), self.span(node))
            case "member":
                names = [self.name(part) for part in parts if part.rule == "IDENT"]
                index = next(self.value(part) for part in parts if part.rule == "value")
                return ast.MemberValue(
                    names[0], names[1] if len(names) > 1 else None, index, self.span(node)
                )
            case "list":
                items = tuple(self.value(part) for part in parts_of(node, "value"))
                return ast.ListValue(items, self.span(node))
            case "group" | "dim_group":
                values = [self.value(part) for part in parts_of(node, "value", "dim")]
                if len(values) == 1 and not parts_of(node, "COMMA"):
                    return values[0]
                return ast.ListValue(tuple(values), self.span(node))
            case "not" | "minus":
                operator = "not" if node.rule == "not" else "-"
                return ast.Unary(operator, self.value(parts[-1]), self.span(node))
        result = self.value(parts[0])
        for operator_node, operand in zip(parts[1::2], parts[2::2], strict=True):
            operator = _OPERATORS.get(operator_node.text.strip(" "), operator_node.text.strip(" "))
            right = self.value(operand)
            result = ast.Binary(operator, result, right, self.between(node.start, operand.end))
        return result


def _unescaped(escape: re.Match[str]) -> str:
    """The character that an escape stands for."""
    digits = escape[1] or escape[2]
    return chr(int(digits, 16)) if digits else _ESCAPED.get(escape[3], escape[3])


def _literal(node: TreeNode) -> int | float | str | bool | None:
    text: str = node.text.rstrip(" ")
    match node.rule:
        case "INT":
            return int(text)
        case "FLOAT":
            return float(text)
        case "STRING":
            return text[1:-1] if text[0] == "`" else _ESCAPE.sub(_unescaped, text[1:-1])
        case _:
            return _WORDS[text]
