"""Layers of the library held to their equations, written out plainly, and names of weights."""

from __future__ import annotations

from collections.abc import Callable
from math import exp, sqrt

import pytest
import torch
from torch import nn
from torch.nn import functional

from neuroscript.codegen import build, emit
from neuroscript.diagnostics import render
from neuroscript.language import check_text

Formula = Callable[..., torch.Tensor]


def model(call: str, *inputs: torch.Tensor, outputs: int = 1, binding: bool = True) -> nn.Module:
    """A model that does nothing but a call, for inputs like these; its weights are random."""
    ports = "".join(
        f"    in x{i}: {list(x.shape)} {kind(x)}\n".replace(" float", "")
        for i, x in enumerate(inputs)
    )
    ports += "".join(f"    out y{i}: [*]\n" for i in range(outputs))
    given, taken = names("x", len(inputs)), names("y", outputs)
    context = f"    context:\n        layer = {call}\n" if binding else ""
    step = "layer" if binding else call
    checked = check_text(f"neuron Net:\n{ports}{context}    graph: {given} -> {step} -> {taken}\n")
    assert not checked.has_errors, render(checked.diagnostics)
    torch.manual_seed(0)
    made: nn.Module = build(emit(checked)).Net().eval()
    for parameter in made.parameters():
        nn.init.normal_(parameter, std=0.5)
    return made


def kind(x: torch.Tensor) -> str:
    if x.dtype == torch.bool:
        return "bool"
    return "float" if x.is_floating_point() else "int"


def names(letter: str, count: int) -> str:
    joined = ", ".join(f"{letter}{i}" for i in range(count))
    return f"({joined})" if count > 1 else joined


def rows(*shape: int, seed: int = 1) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


ELEMENTS: dict[str, Formula] = {
    "CELU(2.0)": lambda x: x.clamp(min=0) + (2 * (torch.exp(x / 2) - 1)).clamp(max=0),
    "HardSigmoid()": lambda x: (x / 6 + 0.5).clamp(0, 1),
    "HardSwish()": lambda x: x * (x + 3).clamp(0, 6) / 6,
    "HardTanh(-0.5, 0.7)": lambda x: x.clamp(-0.5, 0.7),
    "QuickGELU()": lambda x: x / (1 + torch.exp(-1.702 * x)),
    "SquaredReLU()": lambda x: torch.where(x > 0, x * x, 0.0),
    "Ln()": lambda x: x.log(),
    "Rsqrt()": lambda x: 1 / x.sqrt(),
    "Square()": lambda x: x * x,
    "Neg()": lambda x: 0 - x,
    "Pow(3)": lambda x: x * x * x,
    "Clamp(-1, 0.5)": lambda x: x.clamp(-1, 0.5),
    "GatedUnit(1)": lambda x: x[:, :4] * torch.sigmoid(x[:, 4:]),
    "ConstScale(0.5)": lambda x: x / 2,
    "L2Normalize(1)": lambda x: x / x.square().sum(1, keepdim=True).sqrt(),
    "Max([0, 2])": lambda x: x.amax(2).amax(0),
    "Min(1, keepdim=true)": lambda x: x.min(1, keepdim=True).values,
    "LogSumExp([1, 2])": lambda x: x.exp().sum(2).sum(1).log(),
    "Prod(1)": lambda x: torch.stack(list(x.unbind(1))).prod(0),
    "ArgMax(1)": lambda x: x.max(1).indices,
    "ArgMin(1)": lambda x: x.min(1).indices,
    "Std(1)": lambda x: ((x - x.mean(1, keepdim=True)).square().sum(1) / 7).sqrt(),
    "Var([1, 2], unbiased=false)": lambda x: x.square().mean((1, 2)) - x.mean((1, 2)).square(),
    "Norm(1.0, [0, 1])": lambda x: x.abs().sum(1).sum(0),
    "CumSum(1)": lambda x: torch.stack([x[:, : i + 1].sum(1) for i in range(8)], 1),
    "Select(1, -2)": lambda x: x[:, 6],
    "Slice(1, 1, step=3)": lambda x: x[:, 1::3],
    "Roll([1, -2], [1, 2])": lambda x: x.roll((1, -2), (1, 2)),
    "Unflatten(1, [2, -1])": lambda x: x.reshape(x.shape[0], 2, 4, *x.shape[2:]),
    "MoveAxis([0, 1], [-1, 0])": lambda x: x.permute(1, *range(2, x.ndim), 0),
    "Pad(2, 1.5)": lambda x: functional.pad(x, (2, 2), value=1.5),
    "Repeat([2, 1, 1, 1])": lambda x: torch.stack([x, x]),
    "ChannelShuffle(2)": lambda x: x.unflatten(1, (2, 4)).transpose(1, 2).flatten(1, 2),
    "GlobalMaxPool(keepdim=false)": lambda x: x.flatten(2).max(2).values,
}
"""Of what stands in place, for a tensor [3, 8, 5] of positive numbers; images are [3, 8, 5, 5]."""

IMAGES = ("ChannelShuffle", "GlobalMaxPool")


@pytest.mark.parametrize("binding", [False, True], ids=["inline", "bound"])
@pytest.mark.parametrize("call", ELEMENTS)
def test_what_stands_in_place(call: str, binding: bool) -> None:
    x = rows(3, 8, 5, 5) if call.startswith(IMAGES) else rows(3, 8, 5)
    x = x.abs() if call.startswith(("Ln", "Rsqrt")) else x
    torch.testing.assert_close(model(call, x, binding=binding)(x), ELEMENTS[call](x))


def linear(layer: nn.Module, x: torch.Tensor) -> torch.Tensor:
    bias = layer.bias
    product = x @ layer.weight.T
    return product if bias is None else product + bias


def gated(act: Formula) -> Formula:
    return lambda m, x: linear(m.out, act(linear(m.gate, x)) * linear(m.value, x))


def normed(x: torch.Tensor, eps: float, axis: int = -1) -> torch.Tensor:
    mean = x.mean(axis, keepdim=True)
    variance = (x - mean).square().mean(axis, keepdim=True)
    return (x - mean) / (variance + eps).sqrt()


def layer_norm(layer: nn.Module, x: torch.Tensor) -> torch.Tensor:
    return normed(x, layer.eps) * layer.weight + layer.bias


def set_by(m: nn.Module, x: torch.Tensor, cond: torch.Tensor) -> torch.Tensor:
    scale, shift = linear(m.linear, functional.silu(cond)).chunk(2, -1)
    return normed(x, 1e-6) * (1 + scale[:, None]) + shift[:, None]


def film(m: nn.Module, x: torch.Tensor, cond: torch.Tensor) -> torch.Tensor:
    gamma, beta = linear(m.linear, cond).chunk(2, -1)
    return x * (1 + gamma[:, :, None]) + beta[:, :, None]


def highway(m: nn.Module, x: torch.Tensor) -> torch.Tensor:
    t, h = torch.sigmoid(linear(m.gate, x)), functional.relu(linear(m.transform, x))
    return t * h + (1 - t) * x


def relative(m: nn.Module, x: torch.Tensor) -> torch.Tensor:
    """Two heads of size 2, and distances up to 5."""
    heads, seq = [], x.shape[1]
    distance = torch.arange(seq) - torch.arange(seq).unsqueeze(-1)
    for head in range(2):
        part = x[..., 2 * head : 2 * head + 2]
        bias = m.relative_score_bias.table[head][distance + 4]
        heads.append(torch.softmax(part @ part.mT / sqrt(2) + bias, -1) @ part)
    return x + torch.cat(heads, -1)


def channel_norm(m: nn.Module, x: torch.Tensor) -> torch.Tensor:
    shown = (-1, 1)
    return normed(x, 1e-6, 1) * m.norm.weight.view(shown) + m.norm.bias.view(shown)


relu, gelu, silu, sigmoid = functional.relu, functional.gelu, functional.silu, torch.sigmoid

LAYERS: list[tuple[str, tuple[tuple[int, ...], ...], str, Formula]] = [
    ("FFN(4, 6)", ((3, 7, 4),), "fc1 fc2", lambda m, x: linear(m.fc2, gelu(linear(m.fc1, x)))),
    (
        "FFNWithHidden(4, 6, 5)", ((3, 4),), "linear linear_2",
        lambda m, x: linear(m.linear_2, gelu(linear(m.linear, x))),
    ),
    (
        "Expert(4, 6, 0.5)", ((3, 4),), "linear linear_2",
        lambda m, x: linear(m.linear_2, gelu(linear(m.linear, x))),
    ),
    ("Projection(4, 5)", ((3, 4),), "linear", lambda m, x: gelu(linear(m.linear, x))),
    (
        "ParallelFFN(4)", ((3, 4),), "ffn.fc1 ffn.fc2",
        lambda m, x: linear(m.ffn.fc2, gelu(linear(m.ffn.fc1, x))),
    ),
    ("GLU(4, 6)", ((3, 4),), "gate value out", gated(sigmoid)),
    ("GeGLU(4, 6)", ((3, 4),), "gate value out", gated(gelu)),
    ("SwiGLU(4, 6)", ((3, 4),), "gate value out", gated(silu)),
    ("ReGLU(4, 6)", ((3, 4),), "gate value out", gated(relu)),
    (
        "GatedFFN(4, 6, 0.5)", ((3, 4),), "linear linear_2 linear_3",
        lambda m, x: linear(m.linear_3, silu(linear(m.linear, x)) * linear(m.linear_2, x)),
    ),
    (
        "Adapter(4, 2)", ((3, 4),), "linear linear_2",
        lambda m, x: x + linear(m.linear_2, relu(linear(m.linear, x))),
    ),
    ("ScaleShift(4)", ((3, 4),), "scale bias", lambda m, x: x * m.scale + m.bias),
    (
        "LoRALinear(4, 5, rank=2, alpha=3.0)", ((3, 4),), "base lora_a lora_b",
        lambda m, x: linear(m.base, x) + 1.5 * linear(m.lora_b, linear(m.lora_a, x)),
    ),
    (
        "Residual(4)", ((3, 4),), "linear linear_2",
        lambda m, x: x + linear(m.linear_2, relu(linear(m.linear, x))),
    ),
    (
        "PreNormResidual(4, 0.5)", ((3, 4),), "layer_norm linear",
        lambda m, x: x + linear(m.linear, layer_norm(m.layer_norm, x)),
    ),
    (
        "PostNormResidual(4, 0.5)", ((3, 4),), "layer_norm linear",
        lambda m, x: layer_norm(m.layer_norm, x + linear(m.linear, x)),
    ),
    (
        "DenseConnection(4)", ((3, 4),), "linear linear_2",
        lambda m, x: linear(m.linear_2, torch.cat([relu(linear(m.linear, x)), x], -1)),
    ),
    ("HighwayConnection(4)", ((3, 4),), "gate transform", highway),
    (
        "PreNorm(4, Linear(4, 5))", ((3, 4),), "layer_norm block",
        lambda m, x: linear(m.block, layer_norm(m.layer_norm, x)),
    ),
    (
        "PostNorm(5, Linear(4, 5))", ((3, 4),), "layer_norm block",
        lambda m, x: layer_norm(m.layer_norm, linear(m.block, x)),
    ),
    (
        "ResidualWrap(Linear(4, 4), 0.5)", ((3, 4),), "block",
        lambda m, x: x + linear(m.block, x),
    ),
    (
        "LearnableResidual(4)", ((3, 4), (3, 4)), "parameter parameter_2",
        lambda m, main, skip: m.parameter * skip + m.parameter_2 * main,
    ),
    ("Checkpoint(Linear(4, 5))", ((3, 4),), "block", lambda m, x: linear(m.block, x)),
    ("ChannelLayerNorm(4)", ((3, 4, 6),), "norm", channel_norm),
    ("AdaptiveLayerNorm(4, 5)", ((3, 7, 4), (3, 5)), "linear", set_by),
    ("FiLM(4, 5)", ((3, 4, 7), (3, 5)), "linear", film),
    ("RelativePositionBias(5, 4, 2)", ((3, 5, 4),), "relative_score_bias", relative),
    (
        "BertPooler(4)", ((3, 7, 4),), "dense",
        lambda m, x: torch.tanh(linear(m.dense, x[:, 0])),
    ),
    ("ClassificationHead(4, 5, 0.5)", ((3, 4),), "linear", lambda m, x: linear(m.linear, x)),
    (
        "SeparableConv(4, 6, 3, padding=1)", ((3, 4, 5, 5),), "depthwise pointwise",
        lambda m, x: m.pointwise(functional.conv2d(x, m.depthwise.weight, padding=1, groups=4)),
    ),
    (
        "ConvNormAct(4, 6, stride=2)", ((3, 4, 5, 5),), "conv bn",
        lambda m, x: relu(m.bn(functional.conv2d(x, m.conv.weight, stride=2, padding=1))),
    ),
]  # fmt: skip
"""Calls, shapes of inputs, what has weights, and what comes out."""


@pytest.mark.parametrize(
    ("call", "shapes", "weights", "formula"), LAYERS, ids=[layer[0] for layer in LAYERS]
)
def test_a_layer(
    call: str, shapes: tuple[tuple[int, ...], ...], weights: str, formula: Formula
) -> None:
    inputs = [rows(*shape, seed=i) for i, shape in enumerate(shapes)]
    made = model(call, *inputs)
    torch.testing.assert_close(made(*inputs), formula(made.layer, *inputs))
    held = [name for name, _ in made.layer.named_parameters()]
    assert {name.rpartition(".")[0] or name for name in held} == set(weights.split())


def test_parameters_are_attributes_by_themselves() -> None:
    x = rows(3, 7, 4)
    for call, formula in (
        ("Bias(4)", lambda p: x + p),
        ("Scale(4)", lambda p: x * p),
        ("LayerScale(4)", lambda p: x * p),
        ("ClassToken(4)", lambda p: torch.cat([p.expand(3, 1, 4), x], 1)),
    ):
        made = model(call, x)
        assert [name for name, _ in made.named_parameters()] == ["layer"]
        torch.testing.assert_close(made(x), formula(made.layer))


def test_a_tied_layer_reads_the_table_of_a_binding() -> None:
    checked = check_text(
        "neuron Net(size=10):\n    in: [batch, seq] int\n    out: [batch, seq, size]\n"
        "    context:\n        wte = Embedding(size, 4)\n"
        "    graph: in -> wte -> TiedLinear(wte) -> out\n"
    )
    assert not checked.diagnostics, render(checked.diagnostics)
    made = build(emit(checked)).Net()
    assert [name for name, _ in made.named_parameters()] == ["wte.weight"]
    ids = torch.tensor([[1, 2, 9]])
    torch.testing.assert_close(made(ids), made.wte(ids) @ made.wte.weight.T)


@pytest.mark.parametrize("rank", [3, 4, 5, 6])
@pytest.mark.parametrize("name", ["InstanceNorm", "BatchNorm"])
def test_norms_are_classes_of_torch_by_rank(name: str, rank: int) -> None:
    x = rows(3, 4, *range(2, rank))
    made = model(f"{name}(4)", x)
    axes = tuple(range(0 if name == "BatchNorm" else 2, rank))
    axes = tuple(axis for axis in axes if axis != 1)
    shown = (-1, *[1] * (rank - 2))
    variance, mean = torch.var_mean(x, axes, unbiased=False, keepdim=True)
    expected = (x - mean) / (variance + 1e-5).sqrt() * made.layer.weight.view(shown)
    expected = expected + made.layer.bias.view(shown)
    torch.testing.assert_close(made.train()(x), expected)
    known = type(made.layer).__name__ == f"{name}{rank - 2}d"
    assert known == (rank < 6)


def start(call: str) -> nn.Module:
    """A model with the weights that it starts with."""
    checked = check_text(
        "neuron Net:\n    in: [3, 4]\n    out: [*]\n"
        f"    context:\n        layer = {call}\n    graph: in -> layer -> out\n"
    )
    assert not checked.has_errors, render(checked.diagnostics)
    made: nn.Module = build(emit(checked)).Net()
    return made


def test_weights_start_as_they_are_told() -> None:
    layer = start("SwiGLU(4, 400, std=0.02, out_std=0.5)").layer
    assert layer.gate.weight.std().item() == pytest.approx(0.02, rel=0.1)
    assert layer.out.weight.std().item() == pytest.approx(0.5, rel=0.1)
    assert not layer.out.bias.any()
    assert start("Linear(4, 900)").layer.weight.abs().max() <= 0.5


def test_what_is_learnt_of_a_low_rank_is_nothing_at_first() -> None:
    x, made = rows(3, 4), start("LoRALinear(4, 5)")
    torch.testing.assert_close(made(x), made.layer.base(x))
    assert not made.layer.base.weight.requires_grad


def test_weight_norm_learns_lengths_and_directions() -> None:
    x = rows(3, 4)
    made = model("WeightNorm(4, 5)", x)
    length, direction = (p for _, p in made.layer.parametrizations.weight.named_parameters())
    weight = length * direction / direction.norm(dim=1, keepdim=True)
    torch.testing.assert_close(made(x), x @ weight.T + made.layer.bias)


def test_heads_of_several_outputs() -> None:
    x = rows(3, 4)
    made = model("GaussianHead(4, 5)", x, outputs=2)
    mean, logvar = made(x)
    torch.testing.assert_close(mean, linear(made.layer.linear, x))
    torch.testing.assert_close(logvar, linear(made.layer.linear_2, x))
    sampled = model("Reparameterize()", mean, logvar)
    assert torch.equal(sampled(mean, logvar), mean)
    many = mean.new_zeros(20000), mean.new_full((20000,), 0.5)
    noisy = model("Reparameterize()", *many).train()(*many)
    assert noisy.std().item() == pytest.approx(exp(0.25), rel=0.05)


def test_several_tokens_come_of_one_matrix() -> None:
    x = rows(3, 7, 4)
    made = model("MultiTokenPredictionHead(4, 10, num_tokens=2)", x)
    assert [name for name, _ in made.named_parameters()] == ["layer.weight"]
    expected = torch.stack([x @ made.layer.weight[:10].T, x @ made.layer.weight[10:].T], 2)
    torch.testing.assert_close(made(x), expected)


def test_interactions_are_of_all_pairs() -> None:
    x = rows(3, 4, 5)
    pairs = [(i, j) for i in range(4) for j in range(i)]
    expected = torch.stack([(x[:, i] * x[:, j]).sum(-1) for i, j in pairs], 1)
    torch.testing.assert_close(model("DotInteraction()", x)(x), expected)


def test_a_masked_mean_is_of_the_steps_that_count() -> None:
    x, mask = rows(2, 4, 3), torch.tensor([[1, 1, 0, 0], [0, 0, 0, 0]])
    expected = torch.stack([x[0, :2].mean(0), torch.zeros(3)])
    for given in (mask, mask.bool(), mask.float()):
        torch.testing.assert_close(model("MaskedMeanPool()", x, given)(x, given), expected)


def test_recurrent_layers_end_where_their_cells_do() -> None:
    x = rows(2, 5, 3)
    layer = model("GRU(3, 4)", x, outputs=2)
    state, cell = torch.zeros(2, 4), model("GRUCell(3, 4)", x[:, 0], torch.zeros(2, 4))
    weights = {key.removesuffix("_l0"): value for key, value in layer.layer.state_dict().items()}
    cell.layer.load_state_dict(weights)
    for step in x.unbind(1):
        state = cell(step, state)
    _, last = layer(x)
    torch.testing.assert_close(model("LastState()", last)(last), state)


def test_the_cell_of_an_lstm_gives_state_and_cell() -> None:
    x, state, cell = rows(2, 3), rows(2, 4), rows(2, 4)
    made = model("LSTMCell(3, 4)", x, state, cell, outputs=2, binding=False)
    results = made(x, state, cell)
    for ours, theirs in zip(results, made.lstm_cell(x, (state, cell)), strict=True):
        torch.testing.assert_close(ours, theirs)


def test_both_directions_of_the_last_state_are_of_the_top_layer() -> None:
    state = rows(4, 2, 3)
    expected = torch.cat([state[2], state[3]], -1)
    torch.testing.assert_close(model("LastState(true)", state)(state), expected)
