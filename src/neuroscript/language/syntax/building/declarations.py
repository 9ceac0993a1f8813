"""Declarations, from the tree of the grammar to ours: neurons, imports and globals."""

from __future__ import annotations

from neuroscript.language.syntax import ast
from neuroscript.language.syntax.building.context import Context
from neuroscript.language.syntax.building.flow import Flow
from neuroscript.language.syntax.building.tree import Places, SpanOf, parts_of
from neuroscript.language.syntax.building.values import Values
from neuroscript.language.syntax.matcher import Node as TreeNode


class Builder(Places):
    """Builds the nodes of one declaration; `between` maps places of prepared text to the source."""

    def __init__(self, between: SpanOf) -> None:
        super().__init__(between)
        self.values = Values(between)
        self.context = Context(self.values)
        self.flow = Flow(self.values)

    def declaration(self, node: TreeNode, doc: ast.Doc | None) -> ast.Neuron | ast.Use | ast.Global:
        (inner,) = node.children
        match inner.rule:
            case "use":
                return self.use(inner)
            case "global":
                _, name, _, value, _ = inner.children
                return ast.Global(self.name(name), self.values.value(value), self.span(inner))
            case _:
                return self.neuron(inner, doc)

    def use(self, node: TreeNode) -> ast.Use:
        (provider,) = parts_of(node, "IDENT")
        alias = next((self.name(p.children[1]) for p in parts_of(node, "alias")), None)
        return ast.Use(self.name(provider), self.path(node), alias, self.span(node))

    def path(self, node: TreeNode) -> tuple[ast.Name, ...]:
        (path,) = parts_of(node, "path")
        return tuple(self.name(part.children[0]) for part in parts_of(path, "path_part"))

    def neuron(self, node: TreeNode, doc: ast.Doc | None) -> ast.Neuron:
        params: tuple[ast.Param, ...] = ()
        inputs: list[ast.Port] = []
        outputs: list[ast.Port] = []
        impls: list[ast.Impl] = []
        graphs: list[ast.Graph] = []
        items: list[ast.Item] = []
        parts = node.children
        for part in parts:
            if part.rule == "params":
                params = tuple(self.param(p) for p in parts_of(part, "param"))
            elif part.rule == "section":
                (section,) = part.children
                match section.rule:
                    case "ports":
                        direction, ports = self.ports(section)
                        (inputs if direction == "in" else outputs).extend(ports)
                    case "impl":
                        impls.append(self.impl(section))
                    case "graph":
                        graphs.append(self.flow.graph(section))
                    case "context":
                        items.extend(self.context.item(item) for item in parts_of(section, "item"))
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
            span=self.between(node.start, header_end.end),
        )

    def param(self, node: TreeNode) -> ast.Param:
        name, *rest = parts_of(node, "IDENT", "value")
        kind = next((self.name(p) for p in rest if p.rule == "IDENT"), None)
        default = next((self.values.value(p) for p in rest if p.rule == "value"), None)
        return ast.Param(self.name(name), kind, default, self.span(node))

    def ports(self, node: TreeNode) -> tuple[str, list[ast.Port]]:
        direction, body = node.children
        word = direction.text.strip(" ")
        match body.rule:
            case "unnamed_port":
                return word, [self.unnamed_port(body, direction)]
            case "port":
                return word, [self.port(body)]
            case _:
                return word, [self.port(port) for port in parts_of(body, "port")]

    def unnamed_port(self, node: TreeNode, direction: TreeNode) -> ast.Port:
        shape = parts_of(node, "shape")[0]
        return ast.Port(
            None,
            self.values.shape(shape),
            self.dtype(node),
            False,
            self.between(direction.start, node.end),
        )

    def port(self, node: TreeNode) -> ast.Port:
        (name,) = parts_of(node, "IDENT")
        (shape,) = parts_of(node, "shape")
        variadic = bool(parts_of(node, "STAR"))
        return ast.Port(
            self.name(name), self.values.shape(shape), self.dtype(node), variadic, self.span(node)
        )

    def dtype(self, node: TreeNode) -> str | None:
        return next((part.text.strip(" ") for part in parts_of(node, "DTYPE")), None)

    def impl(self, node: TreeNode) -> ast.Impl:
        (body,) = parts_of(node, "host", "host_block")
        (host,) = parts_of(body, "host") if body.rule == "host_block" else [body]
        (external_or_path,) = parts_of(host, "external", "host_path")
        return ast.Impl(self.host(external_or_path), self.span(node))

    def host(self, node: TreeNode) -> ast.Host:
        if node.rule == "external":
            return ast.External(self.values.args(node), self.span(node))
        (provider,) = parts_of(node, "IDENT")
        return ast.HostPath(self.name(provider), self.path(node), self.span(node))
