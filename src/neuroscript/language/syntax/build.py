"""From the tree of the grammar to ours: one method a rule of the grammar that has a node."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from neuroscript.diagnostics import Span
from neuroscript.language.syntax import ast
from neuroscript.language.syntax.matcher import Node as TreeNode

SpanOf = Callable[[int, int], Span]


class Builder:
    """Builds the nodes of one declaration; `span` maps places of prepared text to the source."""

    def __init__(self, span: SpanOf) -> None:
        self._span = span

    # --- the tree of the grammar

    def parts(self, node: TreeNode) -> Sequence[TreeNode]:
        """The nodes of the rules inside, in order."""
        return node.children

    def span(self, node: TreeNode) -> Span:
        return self._span(node.start, node.end)

    def name(self, node: TreeNode) -> ast.Name:
        return ast.Name(node.text.rstrip(" "), self.span(node))

    # --- declarations

    def declaration(self, node: TreeNode, doc: ast.Doc | None) -> ast.Neuron | ast.Use | ast.Global:
        (inner,) = self.parts(node)
        match inner.rule:
            case "use":
                return self.use(inner)
            case "global":
                _, name, _, value, _ = self.parts(inner)
                return ast.Global(self.name(name), self.value(value), self.span(inner))
            case _:
                return self.neuron(inner, doc)

    def use(self, node: TreeNode) -> ast.Use:
        (provider,) = self.rules(node, "IDENT")
        alias = next((self.name(self.parts(p)[1]) for p in self.rules(node, "alias")), None)
        return ast.Use(self.name(provider), self.path(node), alias, self.span(node))

    def path(self, node: TreeNode) -> tuple[ast.Name, ...]:
        (path,) = self.rules(node, "path")
        return tuple(self.name(self.parts(part)[0]) for part in self.rules(path, "path_part"))

    def neuron(self, node: TreeNode, doc: ast.Doc | None) -> ast.Neuron:
        params: tuple[ast.Param, ...] = ()
        inputs: list[ast.Port] = []
        outputs: list[ast.Port] = []
        impls: list[ast.Impl] = []
        graphs: list[ast.Graph] = []
        items: list[ast.Item] = []
        parts = self.parts(node)
        for part in parts:
            if part.rule == "params":
                params = tuple(self.param(p) for p in self.rules(part, "param"))
            elif part.rule == "section":
                (section,) = self.parts(part)
                match section.rule:
                    case "ports":
                        direction, ports = self.ports(section)
                        (inputs if direction == "in" else outputs).extend(ports)
                    case "impl":
                        impls.append(self.impl(section))
                    case "graph":
                        graphs.append(self.graph(section))
                    case "context":
                        items.extend(self.item(item) for item in self.rules(section, "item"))
        header_end = next(p for p in parts if p.rule == "COLON")
        return ast.Neuron(
            name=self.name(parts[1]),
            params=params,
            inputs=tuple(inputs),
            outputs=tuple(outputs),
            impls=tuple(impls),
            graphs=tuple(graphs),
            items=tuple(items),
            doc=doc,
            span=self._span(node.start, header_end.end),
        )

    def rules(self, node: TreeNode, *names: str) -> list[TreeNode]:
        return [part for part in self.parts(node) if part.rule in names]

    def param(self, node: TreeNode) -> ast.Param:
        name, *rest = self.rules(node, "IDENT", "value")
        kind = next((self.name(p) for p in rest if p.rule == "IDENT"), None)
        default = next((self.value(p) for p in rest if p.rule == "value"), None)
        return ast.Param(self.name(name), kind, default, self.span(node))

    def ports(self, node: TreeNode) -> tuple[str, list[ast.Port]]:
        direction, body = self.parts(node)
        word = direction.text.strip(" ")
        match body.rule:
            case "unnamed_port":
                return word, [self.unnamed_port(body, direction)]
            case "port":
                return word, [self.port(body)]
            case _:
                return word, [self.port(port) for port in self.rules(body, "port")]

    def unnamed_port(self, node: TreeNode, direction: TreeNode) -> ast.Port:
        shape = self.rules(node, "shape")[0]
        return ast.Port(
            None, self.shape(shape), self.dtype(node), False, self._span(direction.start, node.end)
        )

    def port(self, node: TreeNode) -> ast.Port:
        (name,) = self.rules(node, "IDENT")
        (shape,) = self.rules(node, "shape")
        variadic = bool(self.rules(node, "STAR"))
        return ast.Port(
            self.name(name), self.shape(shape), self.dtype(node), variadic, self.span(node)
        )

    def dtype(self, node: TreeNode) -> str | None:
        return next((part.text.strip(" ") for part in self.rules(node, "DTYPE")), None)

    def impl(self, node: TreeNode) -> ast.Impl:
        (body,) = self.rules(node, "host", "host_block")
        (host,) = self.rules(body, "host") if body.rule == "host_block" else [body]
        (external_or_path,) = self.rules(host, "external", "host_path")
        return ast.Impl(self.host(external_or_path), self.span(node))

    def host(self, node: TreeNode) -> ast.Host:
        if node.rule == "external":
            return ast.External(self.args(node), self.span(node))
        (provider,) = self.rules(node, "IDENT")
        return ast.HostPath(self.name(provider), self.path(node), self.span(node))

    # --- context

    def item(self, node: TreeNode) -> ast.Item:
        (inner,) = self.parts(node)
        return self.unroll(inner) if inner.rule == "unroll" else self.binding(inner)

    def unroll(self, node: TreeNode) -> ast.Unroll:
        name, *index = self.rules(node, "IDENT")
        (count,) = self.rules(node, "value")
        items = tuple(self.item(item) for item in self.rules(node, "item"))
        head_end = next(part for part in self.parts(node) if part.rule == "COLON").end
        return ast.Unroll(
            self.name(name),
            self.value(count),
            self.name(index[0]) if index else None,
            items,
            self._span(node.start, head_end),
        )

    def binding(self, node: TreeNode) -> ast.Binding:
        annotation = next(
            (self.name(self.parts(part)[1]) for part in self.rules(node, "annotation")), None
        )
        (name,) = self.rules(node, "IDENT")
        (value,) = self.rules(node, "value", "conditional")
        is_value = value.rule == "value"
        return ast.Binding(
            annotation,
            self.name(name),
            self.value(value) if is_value else self.conditional(value),
            self.span(node),
        )

    def conditional(self, node: TreeNode) -> ast.Conditional:
        values = [self.value(value) for value in self.rules(node, "value")]
        otherwise = values.pop() if len(values) % 2 else None
        branches = tuple(zip(values[::2], values[1::2], strict=True))
        return ast.Conditional(branches, otherwise, self.span(node))

    # --- dataflow

    def graph(self, node: TreeNode) -> ast.Graph:
        (body,) = self.rules(node, "block", "line")
        if body.rule == "line":
            line = self.line(body)
            block = ast.Block((line,), line.span)
        else:
            block = self.block(body)
        return ast.Graph(block, self.span(node))

    def block(self, node: TreeNode) -> ast.Block:
        lines = tuple(self.line(line) for line in self.rules(node, "line"))
        return ast.Block(lines, lines[0].span.to(lines[-1].span))

    def line(self, node: TreeNode) -> ast.Line:
        parts = self.parts(node)
        (chain,) = (part for part in parts if part.rule == "chain")
        block = next((self.block(part) for part in parts if part.rule == "block"), None)
        return ast.Line(
            self.chain(chain),
            block,
            parts[0].rule == "ARROW",
            self._span(parts[0].start, chain.end),
        )

    def chain(self, node: TreeNode) -> tuple[ast.Step, ...]:
        steps: list[ast.Step] = []
        for part in self.rules(node, "step", "reshape"):
            steps.append(self.step(part) if part.rule == "step" else self.rearrange(part))
        return tuple(steps)

    def body(self, node: TreeNode) -> ast.Block:
        """A block, or the rest of a line as a block of one line that goes on from what arrives."""
        (inner,) = self.parts(node)
        if inner.rule == "block":
            return self.block(inner)
        (chain,) = self.rules(inner, "chain")
        span = self.span(inner)
        return ast.Block((ast.Line(self.chain(chain), None, False, span),), span)

    def step(self, node: TreeNode) -> ast.Step:
        (inner,) = self.parts(node)
        match inner.rule:
            case "call":
                return self.call(inner)
            case "tuple":
                items = tuple(self.node(item) for item in self.rules(inner, "node"))
                return ast.TupleStep(items, self.span(inner))
            case "if":
                return self.conditional_step(inner)
            case "match":
                return self.match(inner)
            case "wrap":
                return self.wrap(inner)
            case "reshape":
                return self.rearrange(inner)
            case _:
                return self.node(inner)

    def conditional_step(self, node: TreeNode) -> ast.If:
        conditions = [self.value(value) for value in self.rules(node, "value")]
        bodies = [self.body(body) for body in self.rules(node, "body")]
        otherwise = bodies.pop() if len(bodies) > len(conditions) else None
        branches = tuple(
            ast.Branch(condition, body, condition.span)
            for condition, body in zip(conditions, bodies, strict=True)
        )
        first = self.parts(node)[0]
        return ast.If(branches, otherwise, self.span(first).to(branches[0].condition.span))

    def match(self, node: TreeNode) -> ast.Match:
        param = next((self.name(part) for part in self.rules(node, "IDENT")), None)
        head_end = next(part for part in self.parts(node) if part.rule == "COLON").end
        arms = tuple(self.arm(arm) for arm in self.rules(node, "arm"))
        return ast.Match(param, arms, self._span(node.start, head_end))

    def arm(self, node: TreeNode) -> ast.Arm:
        parts = self.parts(node)
        pattern: ast.ShapeExpr | ast.Contract
        if parts[0].rule == "contract":
            pattern = self.contract(parts[0])
        else:
            pattern = self.shape(parts[0])
        guard = next((self.value(part) for part in parts if part.rule == "value"), None)
        body = parts[-1]
        if body.rule == "block":
            block = self.block(body)
        else:
            line = self.line(body)
            block = ast.Block((line,), line.span)
        colon = next(part for part in parts if part.rule == "COLON")
        return ast.Arm(pattern, guard, block, self._span(node.start, colon.start))

    def contract(self, node: TreeNode) -> ast.Contract:
        groups: dict[str, list[ast.PortPattern]] = {"IN": [], "OUT": []}
        current = groups["IN"]
        for part in self.parts(node):
            if part.rule in groups:
                current = groups[part.rule]
            elif part.rule == "signature":
                name = next((self.name(p) for p in self.rules(part, "IDENT")), None)
                current.append(ast.PortPattern(name, self.shape(self.rules(part, "shape")[0])))
        return ast.Contract(tuple(groups["IN"]), tuple(groups["OUT"]), self.span(node))

    def wrap(self, node: TreeNode) -> ast.Wrap:
        (inner,) = self.rules(node, "wrap_inline", "block", "node")
        target: ast.Node | ast.Block
        match inner.rule:
            case "wrap_inline":
                target = self.body(self.rules(inner, "body")[0])
            case "block":
                target = self.block(inner)
            case _:
                target = self.node(inner)
        close = next(part for part in self.parts(node) if part.rule == "RPAR")
        return ast.Wrap(self.args(node), target, self._span(node.start, close.end))

    def rearrange(self, node: TreeNode) -> ast.Rearrange:
        parts = self.parts(node)
        annotation: ast.Name | None = None
        operation: ast.Name | ast.Call | None = None
        if parts[1].rule == "AT":
            annotation = self.name(parts[2])
            operation = self.call(parts[4]) if parts[4].rule == "call" else self.name(parts[4])
        dims = tuple(self.rearrange_dim(part) for part in self.rules(node, "reshape_dim"))
        return ast.Rearrange(annotation, operation, dims, self.span(node))

    def rearrange_dim(self, node: TreeNode) -> ast.RearrangeDim:
        (inner,) = self.parts(node)
        match inner.rule:
            case "star_dim":
                return self.star(inner)
            case "OTHERS":
                return ast.Others(self.span(inner))
            case "named_dim":
                name, _, value = self.parts(inner)
                return ast.NamedDim(self.name(name), self.value(value), self.span(inner))
            case _:
                return self.value(inner)

    def node(self, node: TreeNode) -> ast.Node:
        name, *rest = self.parts(node)
        port: str | int | None = None
        at: ast.Value | None = None
        for part in rest:
            if part.rule == "INT":
                port = int(part.text)
            elif part.rule == "IDENT":
                port = part.text.rstrip(" ")
            elif part.rule == "value":
                at = self.value(part)
        return ast.Node(self.name(name), port, self.span(node), at)

    def call(self, node: TreeNode) -> ast.Call:
        (name,) = self.rules(node, "IDENT")
        return ast.Call(self.name(name), self.args(node), self.span(node))

    def args(self, node: TreeNode) -> tuple[ast.Argument, ...]:
        return tuple(
            self.arg(arg) for args in self.rules(node, "args") for arg in self.rules(args, "arg")
        )

    def arg(self, node: TreeNode) -> ast.Argument:
        parts = self.rules(node, "IDENT", "value")
        keyword = self.name(parts[0]) if parts[0].rule == "IDENT" else None
        return ast.Argument(keyword, self.value(parts[-1]), self.span(node))

    # --- shapes and values

    def shape(self, node: TreeNode) -> ast.ShapeExpr:
        dims: list[ast.ShapeDim] = []
        for part in self.rules(node, "shape_dim"):
            (inner,) = self.parts(part)
            dims.append(self.star(inner) if inner.rule == "star_dim" else self.value(inner))
        return ast.ShapeExpr(tuple(dims), self.span(node))

    def star(self, node: TreeNode) -> ast.StarDim:
        name = next((part.text.rstrip(" ") for part in self.rules(node, "IDENT")), None)
        return ast.StarDim(name, self.span(node))

    def value(self, node: TreeNode) -> ast.Value:
        """Any rule of values and dims; those that only pass one value on vanish."""
        parts = self.parts(node)
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
                items = tuple(self.value(part) for part in self.rules(node, "value"))
                return ast.ListValue(items, self.span(node))
            case "group" | "dim_group":
                values = [self.value(part) for part in self.rules(node, "value", "dim")]
                if len(values) == 1 and not self.rules(node, "COMMA"):
                    return values[0]
                return ast.ListValue(tuple(values), self.span(node))
            case "not" | "minus":
                operator = "not" if node.rule == "not" else "-"
                return ast.Unary(operator, self.value(parts[-1]), self.span(node))
        result = self.value(parts[0])
        for operator_node, operand in zip(parts[1::2], parts[2::2], strict=True):
            operator = _OPERATORS.get(operator_node.text.strip(" "), operator_node.text.strip(" "))
            right = self.value(operand)
            result = ast.Binary(operator, result, right, self._span(node.start, operand.end))
        return result


_WORDS: dict[str, bool | None] = {"true": True, "false": False, "none": None}
_OPERATORS = {"||": "or", "&&": "and", "!": "not"}


_ESCAPE = re.compile(r"\\(?:x(..)|u(....)|(.))")
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r", "0": "\0"}


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
