"""Weights that do not fit: each is told, with both names and shapes."""

import pytest
import torch
from hub_models import MODELS, made
from torch import Tensor

from neuroscript.convert import (
    HubConfig,
    WeightsError,
    check_against,
    convert,
    load_weights,
    models,
    settings_of,
    write_weights,
)

State = dict[str, Tensor]


@pytest.fixture
def gpt2() -> State:
    return dict(made(MODELS["gpt2"][1]).state_dict())


def test_missing(gpt2: State) -> None:
    del gpt2["transformer.h.1.mlp.c_fc.weight"]
    report = convert(gpt2, "gpt2").report
    (missing,) = report.missing
    assert missing.sources == ("transformer.h.1.mlp.c_fc.weight",)
    assert missing.targets == ("blocks.1.fc.weight",)
    assert missing.shape == "[8, 32]"
    with pytest.raises(WeightsError, match="1 weight is missing"):
        convert(gpt2, "gpt2").raise_errors()


def test_of_a_stack_only_what_is_missing_is_told() -> None:
    state = dict(made(MODELS["vit"][1]).state_dict())
    del state["vit.layers.0.attention.k_proj.weight"]
    (missing,) = convert(state, "vit").report.missing
    assert missing.sources == ("vit.layers.0.attention.k_proj.weight",)
    assert missing.targets == ("blocks.0.attn.qkv.weight",)


def test_a_missing_block_in_the_middle_and_at_the_end() -> None:
    from hub_models import gpt2 as make

    model = made(lambda: make(n_layer=3))
    state = model.state_dict()
    without = {n: t for n, t in state.items() if ".h.1." not in n}
    assert len(convert(without, "gpt2").report.missing) == 12
    cut = {n: t for n, t in state.items() if ".h.2." not in n}
    assert convert(cut, "gpt2").report.ok, "nothing says how many there should be"
    settings = settings_of(HubConfig(model.config.to_dict()), "gpt2")
    assert len(convert(cut, "gpt2", settings=settings).report.missing) == 12


def test_blocks_beyond_what_the_config_says_are_extra(gpt2: State) -> None:
    sizes = {"vocab_size": 40, "n_positions": 16, "n_embd": 8, "n_layer": 1, "n_head": 2}
    report = convert(gpt2, "gpt2", settings=settings_of(HubConfig(sizes), "gpt2")).report
    assert len(report.extra) == 12
    assert not report.missing


def test_extra_with_a_hint_at_what_it_may_be(gpt2: State) -> None:
    gpt2["transformer.h.0.attn.c_atn.weight"] = gpt2.pop("transformer.h.0.attn.c_attn.weight")
    report = convert(gpt2, "gpt2").report
    assert [extra.source for extra in report.extra] == ["transformer.h.0.attn.c_atn.weight"]
    (_, extra) = report.diagnostics()
    assert extra.help is not None
    assert "perhaps transformer.h.0.attn.c_attn.weight, which is missing" in extra.help


@pytest.mark.parametrize(
    ("name", "shape", "expected"),
    [
        ("transformer.h.0.attn.c_attn.weight", (8, 25), "[8, 24]"),
        ("transformer.h.0.attn.c_attn.weight", (24, 8), "[8, 24]"),
        ("transformer.wte.weight", (40, 9), "[40, 8]"),
        ("transformer.h.1.ln_1.bias", (), "[8]"),
        ("transformer.h.1.mlp.c_proj.weight", (31, 8), "[32, 8]"),
    ],
)
def test_misshaped(gpt2: State, name: str, shape: tuple[int, ...], expected: str) -> None:
    gpt2[name] = torch.zeros(shape)
    gpt2.pop("lm_head.weight")
    (misshaped,) = convert(gpt2, "gpt2").report.misshaped
    assert (misshaped.source, misshaped.expected) == (name, expected)
    assert misshaped.found == str(list(shape))


def test_whole_numbers_are_no_weights(gpt2: State) -> None:
    gpt2["transformer.wpe.weight"] = gpt2["transformer.wpe.weight"].to(torch.int8)
    (misshaped,) = convert(gpt2, "gpt2").report.misshaped
    assert misshaped.found == "int8 [16, 8]"


def test_pieces_of_a_stack_of_different_types() -> None:
    state = dict(made(MODELS["vit"][1]).state_dict())
    name = "vit.layers.0.attention.k_proj.weight"
    state[name] = state[name].half()
    assert [m.source for m in convert(state, "vit").report.misshaped] == [name]


def test_a_stack_that_cannot_be_split() -> None:
    report = convert({"blocks.0.attn.qkv.weight": torch.ones(7, 3)}, "vit", "transformers").report
    assert [m.source for m in report.misshaped] == ["blocks.0.attn.qkv.weight"]


def test_a_head_of_its_own(gpt2: State) -> None:
    gpt2["lm_head.weight"] = gpt2["lm_head.weight"] + 1
    with pytest.raises(WeightsError, match=r"`lm_head.weight` differs from `transformer.wte"):
        convert(gpt2, "gpt2").raise_errors()
    gpt2["lm_head.weight"] = gpt2["transformer.wte.weight"].clone()
    convert(gpt2, "gpt2").raise_errors()


def test_one_weight_twice(gpt2: State) -> None:
    gpt2["wte.weight"] = torch.zeros(40, 8)
    report = convert(gpt2, "gpt2").report
    assert [extra.source for extra in report.extra] == ["wte.weight"]


def test_counts_of_batches_that_old_files_lack() -> None:
    state = made(MODELS["resnet-basic"][1]).state_dict()
    older = {n: t for n, t in state.items() if not n.endswith("num_batches_tracked")}
    converted = convert(older, "resnet").raise_errors()
    assert converted.state["bn.num_batches_tracked"].item() == 0
    assert len(converted.report.made) == len(state) - len(older)


def test_parts_of_a_shortcut() -> None:
    state = dict(made(MODELS["resnet-basic"][1]).state_dict())
    del state["resnet.encoder.stages.1.layers.0.shortcut.normalization.running_var"]
    (missing,) = convert(state, "resnet").report.missing
    assert missing.targets == ("stage2_first.down_bn.running_var",)


def test_a_bottleneck_without_its_last_convolution() -> None:
    state = made(MODELS["resnet-bottleneck"][1]).state_dict()
    cut = {n: t for n, t in state.items() if ".stages.2.layers.1.layer.2." not in n}
    assert len(convert(cut, "resnet").report.missing) == 5


def test_huge_numbers_are_no_blocks(gpt2: State) -> None:
    gpt2["transformer.h.99999999999.ln_1.bias"] = torch.zeros(8)
    report = convert(gpt2, "gpt2").report
    assert len(report.extra) == 1
    assert not report.missing


@pytest.mark.parametrize("to", ["neuroscript", "transformers"])
@pytest.mark.parametrize("model", models())
def test_nothing_at_all(model: str, to: str) -> None:
    with pytest.raises(WeightsError, match="none of the weights"):
        convert({}, model, to).raise_errors()  # type: ignore[arg-type]
    with pytest.raises(WeightsError, match="none of the weights"):
        convert({"x": torch.ones(2)}, model, to).raise_errors()  # type: ignore[arg-type]


def test_unknown_models_suggest() -> None:
    with pytest.raises(WeightsError, match="did you mean `llama`"):
        convert({}, "lama")


class Net(torch.nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.body = torch.nn.Linear(2, 3)
        self.head = torch.nn.Linear(3, 1)


def test_a_state_against_a_module() -> None:
    reference = Net().state_dict()
    assert check_against(reference, reference).ok
    state = {"weight": torch.ones(3, 2), "bias": torch.ones(3)}
    report = check_against(state, reference)
    assert len(report.missing) == 4
    assert report.advice == "all of them fit below `body.`"


def test_names_of_transformers_against_a_module(gpt2: State) -> None:
    report = check_against(gpt2, Net().state_dict())
    assert report.advice is not None
    assert "--to gpt2" in report.advice


def test_weights_are_loaded_whole_or_not_at_all(tmp_path) -> None:  # type: ignore[no-untyped-def]
    net, source = Net(), Net()
    path = tmp_path / "w.safetensors"
    write_weights(path, source.state_dict())
    assert load_weights(path, net).ok
    assert torch.equal(net.head.weight, source.head.weight)

    fresh = Net()
    before = fresh.head.bias.clone()
    write_weights(path, {**source.state_dict(), "head.weight": torch.ones(2, 3)})
    with pytest.raises(WeightsError, match=r"head.weight is \[2, 3\], not \[1, 3\]"):
        load_weights(path, fresh)
    assert torch.equal(fresh.head.bias, before)
    report = load_weights(path, fresh, partial=True)
    assert [m.source for m in report.misshaped] == ["head.weight"]
    assert torch.equal(fresh.head.bias, source.head.bias)


def test_weights_of_a_part(tmp_path) -> None:  # type: ignore[no-untyped-def]
    net, body = Net(), torch.nn.Linear(2, 3)
    path = tmp_path / "body.safetensors"
    write_weights(path, body.state_dict())
    before = net.head.weight.clone()
    assert load_weights(path, net, prefix="body.").ok
    assert torch.equal(net.body.weight, body.weight)
    assert torch.equal(net.head.weight, before)
    with pytest.raises(WeightsError, match=r"all of them fit below `body\.`"):
        load_weights(path, Net(), partial=True)
