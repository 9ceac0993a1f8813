"""Mamba (Gu and Dao 2023): selective state spaces, and a head that is the embedding."""

from __future__ import annotations

from neuroscript.convert.config import HubConfig
from neuroscript.convert.family import Family, Part, Settings, affine, tensor, weight


def settings(config: HubConfig) -> Settings:
    """What our model is called with."""
    config.must_be("hidden_act", "silu")
    config.must_be("use_bias", False)
    config.must_be("use_conv_bias", True)
    config.must_be("tie_word_embeddings", True)
    dim, layers = config.integer("hidden_size", 768), config.integer("num_hidden_layers", 32)
    vocab, state = config.integer("vocab_size", 50280), config.integer("state_size", 16)
    kernel, expand = config.integer("conv_kernel", 4), config.integer("expand", 2)
    rank = -(-dim // 16)
    config.must_be("time_step_rank", rank, "auto")
    config.must_be("intermediate_size", expand * dim, None)
    return Settings(
        neuron="MambaLM",
        params={
            "vocab_size": vocab,
            "dim": dim,
            "num_layers": layers,
            "d_state": state,
            "d_conv": kernel,
            "expand": expand,
            "eps": config.number("layer_norm_epsilon", 1e-5),
        },
        sizes={
            "vocab": vocab,
            "dim": dim,
            "inner": expand * dim,
            "state": state,
            "kernel": kernel,
            "rank": rank,
        },
        counts={"i": layers},
    )


FAMILY = Family(
    name="mamba",
    neuron="MambaLM",
    prefix="backbone.",
    settings=settings,
    parts=(
        Part("", "", weight("embeddings", "embed", "vocab dim")),
        Part(
            "layers.{i}.",
            "blocks.{i}.",
            (
                *weight("norm", "norm", "dim"),
                *weight("mixer.in_proj", "mixer.in_proj", "2*inner dim"),
                *affine("mixer.conv1d", "mixer.conv1d", "inner 1 kernel"),
                *weight("mixer.x_proj", "mixer.x_proj", "rank+2*state inner"),
                *affine("mixer.dt_proj", "mixer.dt_proj", "inner rank"),
                *tensor("mixer.A_log", "mixer.A_log", "inner state"),
                *tensor("mixer.D", "mixer.D", "inner"),
                *weight("mixer.out_proj", "mixer.out_proj", "dim inner"),
            ),
        ),
        Part("", "", weight("norm_f", "norm", "dim")),
    ),
    tied=("lm_head.weight", "embeddings.weight"),
    aliases=(("embedding.weight", "embeddings.weight"),),
)
