"""Complete models are as large as the originals, and start and train as those do."""

from __future__ import annotations

import re
from typing import Any

import pytest
import torch
from torch import nn

import neuroscript

IDS = "in x: [batch, seq] int"
IMAGE = "in x: [batch, channels, height, width]"

SIZES = {
    "LeNet()": (IMAGE, 61_706),
    "ResNet18()": (IMAGE, 11_689_512),
    "ResNet34()": (IMAGE, 21_797_672),
    "ResNet50()": (IMAGE, 25_557_032),
    "ConvNeXt()": (IMAGE, 28_589_128),
    "ViT()": (IMAGE, 86_567_656),
    "GPT2()": (IDS, 124_439_808),
    "GPT2(dim=1600, num_layers=48, num_heads=25)": (IDS, 1_557_611_200),
    "Llama()": (IDS, 6_738_415_616),
    "Llama(128256, 4096, 32, 32, 8, 14336, 500000.0, eps=1e-5)": (IDS, 8_030_261_248),
    "MoETransformer(32000, 4096, 32, 32, 8, 8, 2, 14336, 1e6)": (IDS, 46_702_792_704),
    "MambaLM()": (IDS, 129_135_360),
    "BertEncoder()": ("in x: [b, s] int\n    in y: [b, s] int\n    in z: [b, s] int", 109_482_240),
}
"""Numbers of parameters, as those who made the originals say."""


def model(call: str, ports: str = IDS, device: str = "cpu") -> Any:
    """The neuron of a call, alone in a program."""
    inputs = re.findall(r"in (\w+):", ports)
    given = inputs[0] if len(inputs) == 1 else f"({', '.join(inputs)})"
    outputs = {"MoETransformer": 2, "BertEncoder": 2}.get(call.split("(")[0], 1)
    names = [f"y{i}" for i in range(outputs)]
    taken = names[0] if outputs == 1 else f"({', '.join(names)})"
    outs = "".join(f"    out {name}: [*]\n" for name in names)
    text = f"neuron Net:\n    {ports}\n{outs}    graph: {given} -> {call} -> {taken}\n"
    torch.manual_seed(0)
    with torch.device(device):
        net = neuroscript.loads(text).Net()
    (inner,) = net.children()
    return inner


@pytest.mark.parametrize("call", SIZES)
def test_models_have_as_many_parameters_as_the_originals(call: str) -> None:
    ports, expected = SIZES[call]
    net = model(call, ports, device="meta")
    assert sum(parameter.numel() for parameter in net.parameters()) == expected


def deviations(net: nn.Module, names: str) -> list[float]:
    found = {name: p for name, p in net.named_parameters() if re.search(names, name)}
    assert found
    return [float(parameter.detach().std()) for parameter in found.values()]


def test_gpt2_starts_small_and_smaller_where_it_writes_into_the_residual_stream() -> None:
    net = model("GPT2(2000, 64, 64, 2, 2, residual_std=0.005)")
    assert deviations(net, r"(wte|wpe|qkv|fc)\.weight$") == pytest.approx([0.02] * 6, rel=0.1)
    assert deviations(net, r"(attn\.out|proj)\.weight$") == pytest.approx([0.005] * 4, rel=0.1)
    assert deviations(net, r"(qkv|out|fc|proj)\.bias$") == [0] * 8


@pytest.mark.parametrize("name", ["Llama", "MambaLM", "MoETransformer"])
def test_language_models_start_with_small_embeddings(name: str) -> None:
    net = model(f"{name}(2000, 64, 1)") if name == "MambaLM" else model(f"{name}(2000, 64, 1, 2)")
    assert deviations(net, r"(embed|head)\.weight$") == pytest.approx(
        [0.02] * (1 if name == "MambaLM" else 2), rel=0.1
    )


def test_a_tied_head_is_the_embedding() -> None:
    tied, untied = (model(f"Llama(50, 8, 1, 2, 2, 16, tie={tie})") for tie in ("true", "false"))
    assert untied.state_dict().keys() - tied.state_dict().keys() == {"head.weight"}
    hidden = tied.norm(tied.blocks[0](tied.embed.weight[None, :7]))
    logits = tied(torch.arange(7)[None])
    torch.testing.assert_close(logits, hidden @ tied.embed.weight.T)


def test_blocks_of_convnext_are_dropped_more_and_more() -> None:
    call = "ConvNeXt(5, 3, 4, d1=1, d2=2, d3=2, d4=1, drop_path=0.5)"
    rates = [m.drop_prob for m in model(call, IMAGE).modules() if type(m).__name__ == "DropPath"]
    assert rates == pytest.approx([0.0, 0.1, 0.2, 0.3, 0.4, 0.5])
    call = "ConvNeXt(5, 3, 4, d1=0, d2=0, d3=1, d4=0, drop_path=0.5)"
    rates = [m.drop_prob for m in model(call, IMAGE).modules() if type(m).__name__ == "DropPath"]
    assert rates == [0]


def test_the_balance_loss_is_the_mean_of_the_layers() -> None:
    net = model("MoETransformer(50, 8, 3, 2, expert_dim=4)").eval()
    losses: list[torch.Tensor] = []
    for block in net.blocks:
        block.moe.register_forward_hook(lambda _, __, result: losses.append(result[1]))
    _, aux_loss = net(torch.arange(12)[None])
    torch.testing.assert_close(aux_loss, torch.stack(losses).mean())


def test_a_classifier_looks_at_its_class_token() -> None:
    net = model("ViT(8, 4, 3, 8, 1, 2, 16, 5)", IMAGE).eval()
    image = torch.randn(2, 3, 8, 8)
    expected = net(image)
    with torch.no_grad():
        net.cls += torch.randn(8)
    assert not torch.allclose(net(image), expected)


def test_padding_of_a_text_is_not_read() -> None:
    ports, _ = SIZES["BertEncoder()"]
    net = model("BertEncoder(50, 8, 2, 2, 16)", ports).eval()
    ids, types = torch.arange(8)[None], torch.zeros(1, 8, dtype=torch.int64)
    mask = torch.tensor([[1, 1, 1, 1, 1, 0, 0, 0]])
    hidden, pooled = net(ids, types, mask)
    other, other_pooled = net(ids * mask + (1 - mask) * 49, types, mask)
    torch.testing.assert_close(hidden[:, :5], other[:, :5])
    torch.testing.assert_close(pooled, other_pooled)


def test_a_model_of_no_layers_is_its_ends() -> None:
    net = model("MLP(4, 8, 3, depth=0)", "in x: [batch, 4]")
    x = torch.randn(5, 4)
    torch.testing.assert_close(net(x), net.linear(x))
