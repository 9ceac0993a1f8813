"""Python types of a neuron's parameters, from how they are used."""

from __future__ import annotations

from neuroscript.language.names.definition import Definition
from neuroscript.language.shapes.infer import Inference, param_kind
from neuroscript.language.syntax import ast
from neuroscript.language.syntax.build import names_in


def param_kinds(definition: Definition, inference: Inference) -> dict[str, str]:
    """`int float bool str list` for each parameter, or nothing where no use tells."""
    kinds = {name: param_kind(param, definition) for name, param in definition.params.items()}
    if definition.is_graph and not all(kinds.values()):
        for step in inference.flow(definition).steps:
            callee = step.instance.definition
            for name, argument in step.instance.arguments.items():
                kind = param_kind(callee.params[name], callee)
                for used in names_in(argument.value):
                    simple = isinstance(argument.value, ast.NameValue)
                    if used.name in kinds and not kinds[used.name] and (simple or kind == "int"):
                        kinds[used.name] = kind
    return kinds


TYPES = {"int": "int", "float": "float", "bool": "bool", "str": "str", "list": "list[int]"}
