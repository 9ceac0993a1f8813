"""Every neuron of the library: it constructs, runs, and does what its signature says.

The test finds neurons by itself; what it needs to know about one is a way to call it.
"""

import importlib
import inspect
import re

import pytest
import torch

from neuroscript.codegen import build, emit
from neuroscript.codegen.host import HostClass, host_of
from neuroscript.diagnostics import Sink, render
from neuroscript.language import check_text
from neuroscript.language.names.scope import standard_library
from neuroscript.language.shapes.evaluate import Evaluator
from neuroscript.language.shapes.infer import Inference
from neuroscript.language.shapes.values import to_python

LIBRARY = standard_library()
DTYPES = {"float": torch.float32, "int": torch.int64, "bool": torch.bool}
ARGUMENTS = {
    "Linear": "3, 5",
    "Embedding": "10, 4",
    "LayerNorm": "4",
    "RMSNorm": "4",
    "GroupNorm": "2, 4",
    "BatchNorm": "4",
    "Conv1d": "4, 6, 3, stride=2, padding=1",
    "Conv2d": "4, 6, [3, 5], padding=[1, 2], dilation=2, groups=2",
    "Conv3d": "4, 6, 3",
    "CausalConv1d": "4, 6, 3, dilation=2",
    "DepthwiseConv": "4, 3, padding=1",
    "DepthwiseConv1d": "4, 3",
    "MaxPool1d": "2",
    "MaxPool2d": "3, stride=2, padding=1",
    "AvgPool1d": "2",
    "AvgPool2d": "2, ceil_mode=true",
    "MaxPool": "3",
    "AvgPool": "2",
    "AdaptiveAvgPool": "[2, 3]",
    "Reshape": "[-1, 6]",
    "Slice": "1, 1, 3",
    "Split": "3, 1",
    "SplitSizes": "[1, 2, 1], -1",
    "Pad": "[1, 2]",
    "Crop": "5, 6",
    "Einsum": '"bij,bjk->bik"',
    "Cast": '"float64"',
    "Parameter": "[2, 3], std=0.5, value=1.0",
    "Constant": "2.5",
    "DilatedConv": "4, 6, 3",
    "SeparableConv": "4, 6, 3, padding=1",
    "TransposedConv": "4, 6, 3, stride=2, padding=1, output_padding=1",
    "ConvTranspose1d": "4, 6, 3, stride=2",
    "AdaptiveMaxPool": "[2, 3]",
}
IMAGES = "[2, 4, 9, 11]"
SHAPES = {
    "Linear": ["[2, 7, 3]"],
    "Embedding": ["[2, 7] int"],
    "LayerNorm": ["[2, 7, 4]"],
    "RMSNorm": ["[2, 7, 4]"],
    "GroupNorm": [IMAGES],
    "BatchNorm": [IMAGES],
    "Conv1d": ["[2, 4, 9]"],
    "Conv3d": ["[2, 4, 5, 6, 7]"],
    "CausalConv1d": ["[2, 4, 9]"],
    "DepthwiseConv1d": ["[2, 4, 9]"],
    "MaxPool1d": ["[2, 4, 9]"],
    "AvgPool1d": ["[2, 4, 9]"],
    "MatMul": ["[2, 3, 4]", "[2, 4, 5]"],
    "Concat": ["[2, 3]", "[2, 4]"],
    "Reshape": ["[2, 3, 4]"],
    "Transpose": ["[2, 3, 4]"],
    "Flatten": ["[2, 3, 4]"],
    "Slice": ["[2, 4, 5]"],
    "Split": ["[2, 6, 5]"],
    "SplitSizes": ["[2, 3, 4]"],
    "Einsum": ["[2, 3, 4]", "[2, 4, 5]"],
    "ConvTranspose1d": ["[2, 4, 9]"],
}


def shapes_of(name: str) -> list[str]:
    definition = LIBRARY.find(name)
    assert definition is not None
    if name in SHAPES:
        return SHAPES[name]
    if not definition.neuron.inputs:
        return []
    rank = len(definition.neuron.inputs[0].shape.dims)
    return [IMAGES if rank >= 3 else "[2, 3]"] * len(definition.neuron.inputs)


COUNTS = {"Split": 3, "SplitSizes": 3}
"""Of neurons whose arguments say how many tensors they give."""


def program(name: str) -> str:
    """A neuron `T` that does nothing but call the one of that name."""
    definition = LIBRARY.find(name)
    assert definition is not None
    ports = "".join(f"    in p{i}: {shape}\n" for i, shape in enumerate(shapes_of(name)))
    inputs = ", ".join(f"p{i}" for i in range(len(shapes_of(name))))
    source = f"({inputs}) -> " if "," in inputs else f"{inputs} -> " if inputs else ""
    count = COUNTS.get(name, len(definition.output_names))
    outs = "".join(f"    out o{i}: [*]\n" for i in range(count))
    names = ", ".join(f"o{i}" for i in range(count))
    target = f"({names})" if count > 1 else names
    call = f"{name}({ARGUMENTS.get(name, '')})"
    return f"neuron T:\n{ports}{outs}    graph: {source}{call} -> {target}\n"


def inputs_for(name: str) -> list[torch.Tensor]:
    tensors = []
    for shape in shapes_of(name):
        sizes = [int(size) for size in shape.split("]")[0].strip("[").split(",")]
        if shape.endswith("int"):
            tensors.append(torch.randint(0, 10, sizes))
        else:
            tensors.append(torch.randn(sizes))
    return tensors


@pytest.mark.parametrize("name", LIBRARY.names())
def test_declared_inferred_and_real_shapes_agree(name: str) -> None:
    checked = check_text(program(name))
    assert not checked.diagnostics, render(checked.diagnostics)
    model = build(emit(checked)).T().train()
    inputs = inputs_for(name)
    for tensor in inputs:
        if tensor.is_floating_point():
            tensor.requires_grad_()
    results = model(*inputs)
    results = results if isinstance(results, tuple) else (results,)
    for port, tensor in zip(checked.signature().outputs, results, strict=True):
        assert list(tensor.shape) == list(port.shape), f"{port} against {list(tensor.shape)}"
        assert tensor.is_floating_point() == (port.dtype == "float")
        assert torch.isfinite(tensor).all()
    if inputs or list(model.parameters()):
        sum(t.sum() for t in results).backward()
    for tensor in (*inputs, *model.parameters()):
        assert not tensor.requires_grad or tensor.grad is not None


@pytest.mark.parametrize("name", LIBRARY.names())
def test_defaults_that_are_left_out_are_the_hosts(name: str) -> None:
    definition = LIBRARY.find(name)
    assert definition is not None
    if definition.is_graph:
        return  # a class of our own
    host = host_of(definition)
    if not isinstance(host, HostClass):
        return
    cls = getattr(importlib.import_module(host.module), host.name)
    theirs = inspect.signature(cls).parameters
    for keyword, ours in host.keywords:
        param = definition.params[ours]
        assert keyword in theirs, f"{cls} has no {keyword}"
        if param.default is None or ours in host.always:
            continue
        default = to_python(Evaluator({}, Sink()).value(param.default))
        if default is ...:  # depends on another parameter, as pooling's stride does
            assert theirs[keyword].default is None
        else:
            assert theirs[keyword].default == default, ours


@pytest.mark.parametrize("name", LIBRARY.names())
def test_every_neuron_says_what_it_does(name: str) -> None:
    definition = LIBRARY.find(name)
    assert definition is not None
    assert definition.neuron.doc is not None
    assert definition.neuron.doc.brief
    assert Inference(Sink()).generic(definition).complete


def test_causal_means_causal() -> None:
    ports = "neuron T:\n    in: [b, 2, n]\n    out: [b, 2, n]\n"
    text = f"{ports}    graph: in -> CausalConv1d(2, 2, 3, dilation=2) -> out\n"
    model = build(emit(check_text(text))).T()
    x = torch.randn(1, 2, 12)
    changed = x.clone()
    changed[..., 7:] = 0
    assert torch.equal(model(x)[..., :7], model(changed)[..., :7])
    assert not torch.equal(model(x)[..., 7:], model(changed)[..., 7:])


@pytest.mark.parametrize("name", LIBRARY.names())
def test_a_port_that_takes_any_element_type_takes_integers(name: str) -> None:
    if name == "Cast":
        return  # takes any and gives what it is told
    text = re.sub(r"(in p\d+: \[[^]]*\])$", r"\1 int", program(name), flags=re.MULTILINE)
    checked = check_text(text)
    if checked.has_errors:
        assert {d.code for d in checked.diagnostics} == {"NS304"}, render(checked.diagnostics)
        return
    tensors = [
        torch.ones(tensor.shape, dtype=torch.int64) if port.dtype == "int" else tensor
        for tensor, port in zip(inputs_for(name), checked.signature().inputs, strict=True)
    ]
    results = build(emit(checked)).T()(*tensors)
    results = results if isinstance(results, tuple) else (results,)
    for port, tensor in zip(checked.signature().outputs, results, strict=True):
        assert DTYPES[port.dtype] == tensor.dtype
