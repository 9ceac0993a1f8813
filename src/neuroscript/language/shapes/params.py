"""What parameters are, from how they are declared and used."""

from __future__ import annotations

from neuroscript.language.names.definition import Definition
from neuroscript.language.shapes.dims import Dim
from neuroscript.language.shapes.values import KINDS, Abstract, AnyNeuron, Unknown
from neuroscript.language.syntax import ast
from neuroscript.language.syntax.walk import names_in

KIND_TEXTS = {
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "str": "a string",
    "list": "a list",
    "neuron": "a neuron",
    "Neuron": "a neuron",
    "NeuronType": "a neuron",
    "none": "none",
}


def sized_params(definition: Definition) -> set[str]:
    """Parameters that stand alone as a dimension of a port, and so are at least 1."""
    ports = (*definition.neuron.inputs, *definition.neuron.outputs)
    dims = (dim for port in ports for dim in port.shape.dims)
    return {dim.name for dim in dims if isinstance(dim, ast.NameValue)}


def param_value(param: ast.Param, definition: Definition) -> Abstract:
    """A parameter before anyone has given it a value."""
    name = param.name.text
    if name in definition.neuron_params:
        return AnyNeuron(name)
    kind = param_kind(param, definition)
    if kind in ("", "int"):
        return Dim.var(name, positive=name in sized_params(definition))
    return Unknown(kind)


def param_kind(param: ast.Param, definition: Definition) -> str:
    """Declared, or int if a dimension uses it, or that of the default."""
    if param.kind is not None and param.kind.text in KINDS:
        return param.kind.text
    if is_size(param, definition):
        return "int"
    names = list(definition.params)
    earlier = names[: names.index(param.name.text)] if param.name.text in names else []
    return _kind_of_default(param.default, definition, frozenset(earlier))


def fits_kind(expected: str, actual: str) -> bool:
    """Whether a value of one kind is one for a parameter of another; "" is what is not known."""
    if expected in ("Neuron", "NeuronType"):
        expected = "neuron"
    if actual in ("", expected):
        return True
    if actual == "none":
        return expected != "neuron"
    return (not expected and actual != "neuron") or (expected, actual) == ("float", "int")


def _kind_of_default(
    default: ast.Value | None, definition: Definition, earlier: frozenset[str]
) -> str:
    """As far as the words tell; `earlier` are the parameters that it sees."""
    match default:
        case ast.NameValue(name) if name in earlier:
            return param_kind(definition.params[name], definition)
        case ast.Literal(bool()):
            return "bool"
        case ast.Literal(None) | None:
            return ""
        case ast.Literal(value):
            return type(value).__name__
        case ast.ListValue():
            return "list"
        case ast.Unary("not") | ast.Binary("and" | "or" | "==" | "!=" | "<" | "<=" | ">" | ">="):
            return "bool"
        case ast.Unary(_, operand):
            return _kind_of_default(operand, definition, earlier)
        case ast.Binary(_, left, right):
            kinds = {_kind_of_default(side, definition, earlier) for side in (left, right)}
            return "float" if "float" in kinds else "int" if kinds == {"int"} else ""
        case _:
            return ""


def is_size(param: ast.Param, definition: Definition) -> bool:
    """Whether a dimension of a port mentions a parameter."""
    ports = (*definition.neuron.inputs, *definition.neuron.outputs)
    dims = (dim for port in ports for dim in port.shape.dims if not isinstance(dim, ast.StarDim))
    return any(name.name == param.name.text for dim in dims for name in names_in(dim))


def needs_module(definition: Definition) -> bool:
    """Whether a neuron is something that is built; wiring of the library is written out."""
    if definition.is_graph or not definition.library:
        return True
    host = definition.neuron.impls[0].host
    if isinstance(host, ast.HostPath):
        return True
    options = {str(argument.keyword) for argument in host.args}
    if options & {"state", "module"}:
        return True
    return not options & {"alias", "expr", "method"} and "emitter" not in options


def takes_list(param: ast.Param, definition: Definition) -> bool:
    """Whether a number of a library neuron may be given for each axis, or be named.

    A size of its ports may if it is declared to be an int: a list stands for as many axes.
    """
    if not definition.library or param_kind(param, definition) != "int":
        return False
    return param.kind is not None or not is_size(param, definition)
