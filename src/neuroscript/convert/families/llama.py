"""Llama (Touvron et al. 2023): RMSNorm, rotary positions, grouped keys and values, SwiGLU."""

from __future__ import annotations

from typing import Any

from neuroscript.convert.config import HubConfig
from neuroscript.convert.family import Family, Part, Settings, weight

SCALINGS = ("default", "linear", "llama3")


def settings(config: HubConfig) -> Settings:
    """What our model is called with."""
    config.must_be("hidden_act", "silu")
    config.must_be("attention_bias", False)
    config.must_be("mlp_bias", False)
    dim, layers = config.integer("hidden_size", 4096), config.integer("num_hidden_layers", 32)
    heads = config.integer("num_attention_heads", 32)
    kv_heads = config.integer("num_key_value_heads", heads)
    vocab, inner = config.integer("vocab_size", 32000), config.integer("intermediate_size", 11008)
    head_dim = dim // max(heads, 1)
    config.must_be("head_dim", head_dim, None)
    tie = config.flag("tie_word_embeddings", False)
    return Settings(
        neuron="Llama",
        params={
            "vocab_size": vocab,
            "dim": dim,
            "num_layers": layers,
            "num_heads": heads,
            "num_kv_heads": kv_heads,
            "d_ff": inner,
            **_rope(config),
            "eps": config.number("rms_norm_eps", 1e-6),
            "tie": tie,
        },
        sizes={"vocab": vocab, "dim": dim, "ff": inner, "kv": kv_heads * head_dim},
        counts={"i": layers},
        tie=tie,
    )


def _rope(config: HubConfig) -> dict[str, Any]:
    """Base and scaling of the rotary positions, as transformers 5 or 4 writes them."""
    newer = config.below("rope_parameters")
    scaling = newer or config.below("rope_scaling")
    base = (newer if newer and newer.has("rope_theta") else config).number("rope_theta", 10000.0)
    if scaling is None:
        return {"base": base}
    key = "rope_type" if scaling.has("rope_type") else "type"
    kind = scaling.must_be(key, *SCALINGS)
    scaling.must_be("partial_rotary_factor", 1.0)
    if kind not in ("linear", "llama3"):
        return {"base": base}
    params = {"base": base, "scaling": kind, "factor": scaling.number("factor", 1.0)}
    if kind == "llama3":
        positions = config.integer("max_position_embeddings", 2048)
        params["low_freq"] = scaling.number("low_freq_factor", 1.0)
        params["high_freq"] = scaling.number("high_freq_factor", 4.0)
        params["original_max"] = scaling.integer("original_max_position_embeddings", positions)
    return params


FAMILY = Family(
    name="llama",
    neuron="Llama",
    prefix="model.",
    settings=settings,
    parts=(
        Part("", "", weight("embed_tokens", "embed", "vocab dim")),
        Part(
            "layers.{i}.",
            "blocks.{i}.",
            (
                *weight("input_layernorm", "norm1", "dim"),
                *weight("self_attn.q_proj", "attn.q", "dim dim"),
                *weight("self_attn.k_proj", "attn.k", "kv dim"),
                *weight("self_attn.v_proj", "attn.v", "kv dim"),
                *weight("self_attn.o_proj", "attn.out", "dim dim"),
                *weight("post_attention_layernorm", "norm2", "dim"),
                *weight("mlp.gate_proj", "mlp.gate", "ff dim"),
                *weight("mlp.up_proj", "mlp.value", "ff dim"),
                *weight("mlp.down_proj", "mlp.out", "dim ff"),
            ),
        ),
        Part("", "", weight("norm", "norm", "dim")),
        Part("", "", weight("lm_head", "head", "vocab dim"), prefixed=False),
    ),
    tied=("lm_head.weight", "embed_tokens.weight"),
    may_untie=True,
    computed=(
        "layers.{i}.self_attn.rotary_emb.inv_freq",
        "rotary_emb.inv_freq",
        "rotary_emb.original_inv_freq",
    ),
    heads=("score.", "qa_outputs."),
)
