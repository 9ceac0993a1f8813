"""Each family, both ways, against the models of transformers themselves."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import torch
from hub_models import (
    MODELS,
    bert_config,
    made,
    resnet18,
    resnet50,
    transformers,
    vit_config,
)
from torch import Tensor

from neuroscript.convert import HubConfig, Settings, convert, read_weights, settings_of

State = Mapping[str, Tensor]


def same(one: State, other: State) -> bool:
    """Whether two state dicts have the same names, and the same bits."""
    return one.keys() == other.keys() and all(
        one[name].dtype == other[name].dtype and torch.equal(one[name], other[name]) for name in one
    )


def settings(model: Any, family: str) -> Settings:
    return settings_of(HubConfig(model.config.to_dict()), family)


@pytest.fixture(params=MODELS)
def case(request: pytest.FixtureRequest) -> tuple[str, Any]:
    family, make = MODELS[request.param]
    return family, made(make)


@pytest.mark.parametrize("with_config", [False, True])
def test_every_weight_finds_its_place_and_its_way_back(
    case: tuple[str, Any], with_config: bool
) -> None:
    family, model = case
    theirs = model.state_dict()
    known = settings(model, family) if with_config else None

    ours = convert(theirs, family, settings=known)
    assert ours.report.diagnostics() == []
    used = [name for taken in ours.report.taken for name in taken.sources]
    left_out = [left.source for left in ours.report.left_out]
    assert sorted(used + left_out) == sorted(theirs)
    assert [name for taken in ours.report.taken for name in taken.targets] == list(ours.state)
    assert all(left.why.startswith("tied") for left in ours.report.left_out)

    back = convert(ours.state, family, "transformers", settings=known)
    assert back.report.diagnostics() == []
    assert same(back.state, theirs)
    fresh = type(model)(model.config)
    fresh.load_state_dict(back.state, strict=True)
    assert same(fresh.state_dict(), theirs)

    assert same(convert(back.state, family, settings=known).state, ours.state)


def test_what_is_written_of_ours_comes_back_bit_by_bit(case: tuple[str, Any]) -> None:
    family, model = case
    generator = torch.Generator().manual_seed(5)
    ours = {
        name: torch.randn(tensor.shape, generator=generator).to(tensor.dtype)
        for name, tensor in convert(model.state_dict(), family).state.items()
    }
    theirs = convert(ours, family, "transformers").raise_errors().state
    assert same(convert(theirs, family).raise_errors().state, ours)


def test_files_of_a_model_give_the_same_as_the_model(hub: Path) -> None:
    for name, (family, make) in MODELS.items():
        from_file = convert(read_weights(hub / name), family).raise_errors()
        from_model = convert(made(make).state_dict(), family).raise_errors()
        assert same(from_file.state, from_model.state), name


def test_names_of_files_are_given_where_files_have_others(hub: Path) -> None:
    for name, (family, make) in MODELS.items():
        ours = convert(made(make).state_dict(), family).state
        theirs = convert(ours, family, "transformers", names="files").raise_errors().state
        in_file = read_weights(hub / name)
        tied = theirs.keys() - in_file.keys()
        assert tied <= {"lm_head.weight"}, name
        assert same({n: t for n, t in theirs.items() if n not in tied}, in_file), name


def test_vit_has_other_names_in_files_than_in_modules() -> None:
    ours = convert(made(MODELS["vit"][1]).state_dict(), "vit").state
    assert "vit.layers.1.attention.q_proj.bias" in convert(ours, "vit", "transformers").state
    old = convert(ours, "vit", "transformers", names="files").state
    assert "vit.encoder.layer.1.attention.attention.query.bias" in old
    assert same(convert(old, "vit").raise_errors().state, ours)


@pytest.mark.parametrize("family", ["gpt2", "llama", "mamba", "bert"])
def test_a_prefix_may_be_there_or_not(family: str) -> None:
    model = made(MODELS[family][1])
    ours = convert(model.state_dict(), family).state
    without = convert(ours, family, "transformers", prefix=False).state
    below = convert(ours, family, "transformers", prefix=True).state
    assert without.keys() != below.keys()
    assert same(convert(without, family).raise_errors().state, ours)
    assert same(convert(below, family).raise_errors().state, ours)
    if family != "bert":
        model.base_model.load_state_dict(
            {name: tensor for name, tensor in without.items() if name != "lm_head.weight"}
        )


@pytest.mark.parametrize(
    ("family", "make", "left_out", "missing"),
    [
        (
            "bert",
            lambda: transformers.BertForPreTraining(bert_config()),
            "cls.predictions.transform.dense.weight",
            0,
        ),
        (
            "bert",
            lambda: transformers.BertForMaskedLM(bert_config()),
            "cls.predictions.decoder.weight",
            2,
        ),
        (
            "bert",
            lambda: transformers.BertForSequenceClassification(bert_config()),
            "classifier.weight",
            0,
        ),
        ("vit", lambda: transformers.ViTModel(vit_config()), "pooler.dense.weight", 2),
    ],
)
def test_heads_for_other_tasks_are_left_out(
    family: str, make: Callable[[], Any], left_out: str, missing: int
) -> None:
    report = convert(made(make).state_dict(), family).report
    assert left_out in [left.source for left in report.left_out]
    assert not report.extra
    assert len(report.missing) == missing


def test_old_names_and_computed_tables() -> None:
    bert = made(MODELS["bert"][1]).state_dict()
    old = {
        name.replace("LayerNorm.weight", "LayerNorm.gamma").replace("m.bias", "m.beta"): tensor
        for name, tensor in bert.items()
    }
    old = {f"bert.{name}": tensor for name, tensor in old.items()}
    old["bert.embeddings.position_ids"] = torch.arange(16)[None]
    converted = convert(old, "bert").raise_errors()
    assert same(converted.state, convert(bert, "bert").state)
    assert [left.why for left in converted.report.left_out] == ["computed, not learned"]

    gpt2 = made(MODELS["gpt2"][1]).state_dict()
    mask = torch.ones(16, 16, dtype=torch.bool).tril()[None, None]
    older = {**gpt2, "transformer.h.0.attn.bias": mask}
    assert same(convert(older, "gpt2").raise_errors().state, convert(gpt2, "gpt2").state)

    llama = made(MODELS["llama"][1]).state_dict()
    older = {**llama, "model.layers.1.self_attn.rotary_emb.inv_freq": torch.ones(2)}
    assert same(convert(older, "llama").raise_errors().state, convert(llama, "llama").state)


@pytest.mark.parametrize(("make", "name"), [(resnet18, "ResNet18"), (resnet50, "ResNet50")])
def test_models_of_fixed_size(make: Callable[[], Any], name: str) -> None:
    with torch.device("meta"):
        model = make()
    known = settings(model, name)
    assert known.neuron == name
    theirs = model.state_dict()
    ours = convert(theirs, name).raise_errors()
    assert len(ours.state) == len(theirs)
    assert convert(theirs, name, settings=known).raise_errors().state.keys() == ours.state.keys()
    other = "resnet34"
    assert not convert(theirs, other).report.ok


def test_llama_may_have_a_head_of_its_own_or_none() -> None:
    theirs = made(MODELS["llama"][1]).state_dict()
    assert "head.weight" in convert(theirs, "llama").state
    headless = {name: tensor for name, tensor in theirs.items() if name != "lm_head.weight"}
    assert "head.weight" not in convert(headless, "llama").raise_errors().state
    assert [m.targets for m in convert(headless, "llama", tie=False).report.missing] == [
        ("head.weight",)
    ]
    copied = {**headless, "lm_head.weight": theirs["model.embed_tokens.weight"].clone()}
    assert "head.weight" in convert(copied, "llama").state
    assert "head.weight" not in convert(copied, "llama", tie=True).raise_errors().state
    assert convert(theirs, "llama", tie=True).report.torn


def test_models_without_data_keep_their_heads() -> None:
    with torch.device("meta"):
        llama, gpt2 = MODELS["llama"][1](), MODELS["gpt2"][1]()
    assert "head.weight" in convert(llama.state_dict(), "llama").raise_errors().state
    assert len(convert(gpt2.state_dict(), "gpt2").raise_errors().state) == 28


def test_element_types_stay() -> None:
    theirs = {n: t.bfloat16() for n, t in made(MODELS["vit"][1]).state_dict().items()}
    ours = convert(theirs, "vit").raise_errors().state
    assert {tensor.dtype for tensor in ours.values()} == {torch.bfloat16}
    assert same(convert(ours, "vit", "transformers").state, theirs)
