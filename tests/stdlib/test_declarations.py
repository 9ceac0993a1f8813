"""What library files declare: documentation, and defaults that are those of their hosts."""

from __future__ import annotations

import importlib
import inspect
import re

import pytest
import torch

from neuroscript.codegen import build, emit
from neuroscript.codegen.host import HostClass, host_of
from neuroscript.diagnostics import Sink, render
from neuroscript.language import check_text
from neuroscript.language.names.definition import Definition
from neuroscript.language.names.documentation import documentation
from neuroscript.language.shapes.evaluate import Evaluator
from neuroscript.language.shapes.infer import Inference
from neuroscript.language.shapes.values import to_python

from .conftest import DTYPES, LIBRARY, Case, cases, tensors

each_neuron = pytest.mark.parametrize("name", LIBRARY.names())


def found(name: str) -> Definition:
    definition = LIBRARY.find(name)
    assert definition is not None
    return definition


@each_neuron
def test_every_neuron_says_what_it_is_and_gives_an_example(name: str) -> None:
    said = found(name).documentation
    assert said.brief.endswith("."), "a sentence"
    assert said.examples
    assert all(f"{name}(" in example.call for example in said.examples)
    assert set(said.aliases.values()) <= set(found(name).params)
    sink = Sink()
    assert Inference(sink).generic(found(name)).complete
    assert not list(sink), render(sink)


@each_neuron
def test_defaults_that_are_left_out_are_the_hosts(name: str) -> None:
    definition = found(name)
    host = host_of(definition) if not definition.is_graph else None
    if not isinstance(host, HostClass):
        return
    theirs = inspect.signature(getattr(importlib.import_module(host.module), host.name)).parameters
    for keyword, ours in host.keywords:
        param = definition.params[ours]
        if "kwargs" in theirs:
            continue  # torch itself does not say
        assert keyword in theirs, f"{host.name} has no {keyword}"
        if param.default is None or ours in host.always | host.absent:
            continue
        default = to_python(Evaluator({}, Sink()).value(param.default))
        if default is ...:  # depends on another parameter, as pooling's stride does
            assert theirs[keyword].default is None
        else:
            assert theirs[keyword].default == default, ours


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.example.text)
def test_a_port_that_takes_any_element_type_takes_integers(case: Case) -> None:
    if case.neuron == "Cast":
        return  # takes any and gives what it is told
    text = re.sub(r"(in x\d+: \[[^]]*\])$", r"\1 int", case.example.program, flags=re.MULTILINE)
    text = re.sub(r"(out y\d+: )\[[^]]*\].*$", r"\1[*]", text, flags=re.MULTILINE)
    checked = check_text(text)
    if checked.has_errors:
        assert {d.code for d in checked.diagnostics} == {"NS304"}, render(checked.diagnostics)
        return
    given = [
        torch.ones(tensor.shape, dtype=torch.int64) if port.dtype == "int" else tensor
        for tensor, port in zip(case.inputs(), checked.signature().inputs, strict=True)
    ]
    results = tensors(build(emit(checked)).Example()(*given))
    for port, tensor in zip(checked.signature().outputs, results, strict=True):
        assert DTYPES[port.dtype] == tensor.dtype


@pytest.mark.parametrize("text", [">>> [2] -> ReLU()", ">>> [2], x -> ReLU() -> [2]"])
def test_an_example_that_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"an example is|is no list of tensors"):
        documentation(text)


def test_parameters_go_by_other_names_too() -> None:
    ports = "neuron Net:\n    in: [batch, 4]\n    out: [batch, 2]\n"
    graph = "    graph: in -> Linear(in_features=4, out_features=2) -> out\n"
    checked = check_text(ports + graph)
    assert not checked.diagnostics
    assert "nn.Linear(4, 2)" in emit(checked).text
