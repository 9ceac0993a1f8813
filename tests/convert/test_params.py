"""What config.json says of our model."""

from typing import Any

import pytest
from hub_models import MODELS, made, resnet18

from neuroscript.convert import HubConfig, WeightsError, settings_of
from neuroscript.convert.families import families

PARAMS: dict[str, dict[str, Any]] = {
    "gpt2": {
        "vocab_size": 40, "max_positions": 16, "dim": 8, "num_layers": 2, "num_heads": 2,
        "dropout": 0.1, "d_ff": 32,
    },
    "llama": {
        "vocab_size": 40, "dim": 16, "num_layers": 2, "num_heads": 4, "num_kv_heads": 2,
        "d_ff": 12, "base": 10000.0, "eps": 1e-6, "tie": False,
    },
    "llama3": {
        "vocab_size": 40, "dim": 16, "num_layers": 2, "num_heads": 4, "num_kv_heads": 2,
        "d_ff": 12, "base": 500000.0, "scaling": "llama3", "factor": 8.0, "low_freq": 1.0,
        "high_freq": 4.0, "original_max": 16, "eps": 1e-5, "tie": False,
    },
    "bert": {
        "vocab_size": 40, "dim": 8, "num_layers": 2, "num_heads": 2, "d_ff": 12,
        "max_positions": 16, "type_vocab": 2, "dropout": 0.1, "eps": 1e-12,
    },
    "vit": {
        "image_size": 16, "patch_size": 8, "in_channels": 3, "dim": 8, "num_layers": 2,
        "num_heads": 2, "d_ff": 12, "num_classes": 3, "dropout": 0.0, "eps": 1e-12,
    },
    "convnext": {
        "num_classes": 3, "in_channels": 3, "width": 4, "d1": 1, "d2": 2, "d3": 1, "d4": 1,
        "drop_path": 0.0,
    },
    "mamba": {
        "vocab_size": 40, "dim": 24, "num_layers": 2, "d_state": 4, "d_conv": 4, "expand": 2,
        "eps": 1e-5,
    },
}  # fmt: skip


@pytest.mark.parametrize("name", PARAMS)
def test_parameters_of_the_matching_model(name: str) -> None:
    family, make = MODELS[name]
    config = HubConfig(made(make).config.to_dict())
    assert dict(settings_of(config, family).params) == PARAMS[name]


def test_defaults_are_those_of_transformers() -> None:
    import transformers

    made_by = {
        "gpt2": transformers.GPT2Config,
        "llama": transformers.LlamaConfig,
        "bert": transformers.BertConfig,
        "vit": transformers.ViTConfig,
        "resnet": transformers.ResNetConfig,
        "convnext": transformers.ConvNextConfig,
        "mamba": transformers.MambaConfig,
    }
    assert sorted(made_by) == list(families())
    for family, config in made_by.items():
        written = settings_of(HubConfig(config().to_dict()), family)
        assert written == settings_of(HubConfig({}), family), family
        assert written.neuron is not None


def test_narrow_resnets_are_none_of_the_library() -> None:
    family, make = MODELS["resnet-basic"]
    assert settings_of(HubConfig(made(make).config.to_dict()), family).neuron is None


def test_rope_as_transformers_4_writes_it() -> None:
    config = {
        "rope_theta": 500000.0,
        "rope_scaling": {"type": "linear", "factor": 4.0},
    }
    params = settings_of(HubConfig(config), "llama").params
    assert (params["base"], params["scaling"], params["factor"]) == (500000.0, "linear", 4.0)
    assert "scaling" not in settings_of(HubConfig({"rope_scaling": None}), "llama").params


@pytest.mark.parametrize(
    ("family", "config", "told"),
    [
        ("gpt2", {"activation_function": "relu"}, "`activation_function` is `\"relu\"`"),
        ("gpt2", {"n_layer": "twelve"}, "a whole number"),
        ("gpt2", {"n_layer": True}, "a whole number"),
        ("llama", {"rms_norm_eps": float("nan")}, "a number"),
        ("gpt2", {"scale_attn_by_inverse_layer_idx": True}, "library's model has `false`"),
        ("llama", {"attention_bias": True}, "`attention_bias` is `true`"),
        ("llama", {"head_dim": 7}, "`head_dim` is `7`"),
        ("llama", {"rope_scaling": {"rope_type": "yarn"}}, "`rope_scaling.rope_type`"),
        ("llama", {"rope_parameters": 3}, "a section"),
        ("bert", {"position_embedding_type": "relative_key"}, "`\"absolute\"`"),
        ("vit", {"qkv_bias": False}, "`qkv_bias`"),
        ("resnet", {"downsample_in_bottleneck": True}, "`downsample_in_bottleneck`"),
        ("resnet", {"depths": [3, "4"]}, "a list of whole numbers"),
        ("convnext", {"layer_norm_eps": 1e-6}, "`1e-12`"),
        ("mamba", {"use_bias": True}, "`use_bias`"),
        ("mamba", {"hidden_size": 32, "time_step_rank": 3}, '`2` or `"auto"`'),
        ("bert", {"model_type": "roberta"}, "`roberta`"),
        ("gpt2", {"model_type": "llama"}, "`llama`"),
    ],
)  # fmt: skip
def test_what_our_model_cannot_be(family: str, config: dict[str, Any], told: str) -> None:
    with pytest.raises(WeightsError) as raised:
        settings_of(HubConfig(config), family)
    assert any(told in found.message for found in raised.value.diagnostics)


def test_all_is_told_at_once() -> None:
    config = HubConfig({"activation_function": "relu", "n_layer": "x", "n_head": 1.5})
    with pytest.raises(WeightsError) as raised:
        settings_of(config, "gpt2")
    assert len(raised.value.diagnostics) == 3


def test_another_model_of_fixed_size() -> None:
    config = resnet18().config.to_dict()
    with pytest.raises(WeightsError, match="a model like `ResNet18`, not `ResNet50`"):
        settings_of(HubConfig(config), "resnet50")
