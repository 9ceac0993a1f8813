"""Graphs, from the tree of the grammar to ours: blocks, lines, and steps that hold blocks."""

from __future__ import annotations

from neuroscript.language.syntax import ast
from neuroscript.language.syntax.building.steps import Steps
from neuroscript.language.syntax.building.tree import Places, parts_of
from neuroscript.language.syntax.building.values import Values
from neuroscript.language.syntax.matcher import Node as TreeNode


class Flow(Places):
    """Builds graphs."""

    def __init__(self, values: Values) -> None:
        super().__init__(values.between)
        self.values = values
        self.steps = Steps(values)

    def graph(self, node: TreeNode) -> ast.Graph:
        (body,) = parts_of(node, "block", "line")
        return ast.Graph(self.block_or_line(body), self.span(node))

    def block_or_line(self, node: TreeNode) -> ast.Block:
        if node.rule == "block":
            return self.block(node)
        line = self.line(node)
        return ast.Block((line,), line.span)

    def block(self, node: TreeNode) -> ast.Block:
        lines = tuple(self.line(line) for line in parts_of(node, "line"))
        return ast.Block(lines, lines[0].span.to(lines[-1].span))

    def line(self, node: TreeNode) -> ast.Line:
        parts = node.children
        (chain,) = (part for part in parts if part.rule == "chain")
        block = next((self.block(part) for part in parts if part.rule == "block"), None)
        return ast.Line(
            self.chain(chain),
            block,
            parts[0].rule == "ARROW",
            self.between(parts[0].start, chain.end),
        )

    def chain(self, node: TreeNode) -> tuple[ast.Step, ...]:
        return tuple(
            self.step(part) if part.rule == "step" else self.steps.rearrange(part)
            for part in parts_of(node, "step", "reshape")
        )

    def body(self, node: TreeNode) -> ast.Block:
        """A block, or the rest of a line as a block of one line that goes on from what arrives."""
        (inner,) = node.children
        if inner.rule == "block":
            return self.block(inner)
        (chain,) = parts_of(inner, "chain")
        span = self.span(inner)
        return ast.Block((ast.Line(self.chain(chain), None, False, span),), span)

    def step(self, node: TreeNode) -> ast.Step:
        (inner,) = node.children
        match inner.rule:
            case "call":
                return self.values.call(inner)
            case "tuple":
                items = tuple(self.steps.node(item) for item in parts_of(inner, "node"))
                return ast.TupleStep(items, self.span(inner))
            case "if":
                return self.conditional_step(inner)
            case "match":
                return self.match(inner)
            case "wrap":
                return self.wrap(inner)
            case "reshape":
                return self.steps.rearrange(inner)
            case _:
                return self.steps.node(inner)

    def conditional_step(self, node: TreeNode) -> ast.If:
        conditions = [self.values.value(value) for value in parts_of(node, "value")]
        bodies = [self.body(body) for body in parts_of(node, "body")]
        otherwise = bodies.pop() if len(bodies) > len(conditions) else None
        branches = tuple(
            ast.Branch(condition, body, condition.span)
            for condition, body in zip(conditions, bodies, strict=True)
        )
        first = node.children[0]
        return ast.If(branches, otherwise, self.span(first).to(branches[0].condition.span))

    def match(self, node: TreeNode) -> ast.Match:
        param = next((self.name(part) for part in parts_of(node, "IDENT")), None)
        head_end = next(part for part in node.children if part.rule == "COLON").end
        arms = tuple(self.arm(arm) for arm in parts_of(node, "arm"))
        return ast.Match(param, arms, self.between(node.start, head_end))

    def arm(self, node: TreeNode) -> ast.Arm:
        parts = node.children
        pattern: ast.ShapeExpr | ast.Contract
        if parts[0].rule == "contract":
            pattern = self.contract(parts[0])
        else:
            pattern = self.values.shape(parts[0])
        guard = next((self.values.value(part) for part in parts if part.rule == "value"), None)
        block = self.block_or_line(parts[-1])
        colon = next(part for part in parts if part.rule == "COLON")
        return ast.Arm(pattern, guard, block, self.between(node.start, colon.start))

    def contract(self, node: TreeNode) -> ast.Contract:
        groups: dict[str, list[ast.PortPattern]] = {"IN": [], "OUT": []}
        current = groups["IN"]
        for part in node.children:
            if part.rule in groups:
                current = groups[part.rule]
            elif part.rule == "signature":
                name = next((self.name(p) for p in parts_of(part, "IDENT")), None)
                current.append(ast.PortPattern(name, self.values.shape(parts_of(part, "shape")[0])))
        return ast.Contract(tuple(groups["IN"]), tuple(groups["OUT"]), self.span(node))

    def wrap(self, node: TreeNode) -> ast.Wrap:
        (inner,) = parts_of(node, "wrap_inline", "block", "node")
        target: ast.Node | ast.Block
        match inner.rule:
            case "wrap_inline":
                target = self.body(parts_of(inner, "body")[0])
            case "block":
                target = self.block(inner)
            case _:
                target = self.steps.node(inner)
        close = next(part for part in node.children if part.rule == "RPAR")
        return ast.Wrap(self.values.args(node), target, self.between(node.start, close.end))
