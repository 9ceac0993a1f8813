"""GPT-2 (Radford et al. 2019): pre-norm blocks, one linear map for q, k and v, a tied head."""

from __future__ import annotations

from neuroscript.convert.config import HubConfig
from neuroscript.convert.family import Family, Part, Settings, affine, weight
from neuroscript.convert.layout import TRANSPOSED


def settings(config: HubConfig) -> Settings:
    """What our model is called with."""
    config.must_be("activation_function", "gelu_new", "gelu_pytorch_tanh")
    config.must_be("layer_norm_epsilon", 1e-5)
    config.must_be("scale_attn_weights", True)
    config.must_be("scale_attn_by_inverse_layer_idx", False)
    config.must_be("add_cross_attention", False)
    config.must_be("tie_word_embeddings", True)
    dim, layers = config.integer("n_embd", 768), config.integer("n_layer", 12)
    inner = config.integer("n_inner", 4 * dim)
    vocab, positions = config.integer("vocab_size", 50257), config.integer("n_positions", 1024)
    return Settings(
        neuron="GPT2",
        params={
            "vocab_size": vocab,
            "max_positions": positions,
            "dim": dim,
            "num_layers": layers,
            "num_heads": config.integer("n_head", 12),
            "dropout": config.number("resid_pdrop", 0.1),
            "d_ff": inner,
        },
        sizes={"vocab": vocab, "positions": positions, "dim": dim, "ff": inner},
        counts={"i": layers},
    )


FAMILY = Family(
    name="gpt2",
    neuron="GPT2",
    prefix="transformer.",
    settings=settings,
    parts=(
        Part(
            "",
            "",
            (
                *weight("wte", "wte", "vocab dim"),
                *weight("wpe", "wpe", "positions dim"),
            ),
        ),
        Part(
            "h.{i}.",
            "blocks.{i}.",
            (
                *affine("ln_1", "ln_1", "dim"),
                *affine("attn.c_attn", "attn.qkv", "dim 3*dim", TRANSPOSED, out="3*dim"),
                *affine("attn.c_proj", "attn.out", "dim dim", TRANSPOSED),
                *affine("ln_2", "ln_2", "dim"),
                *affine("mlp.c_fc", "fc", "dim ff", TRANSPOSED, out="ff"),
                *affine("mlp.c_proj", "proj", "ff dim", TRANSPOSED, out="dim"),
            ),
        ),
        Part("", "", affine("ln_f", "ln_f", "dim")),
    ),
    tied=("lm_head.weight", "wte.weight"),
    computed=("h.{i}.attn.bias", "h.{i}.attn.masked_bias"),
    heads=("score.", "multiple_choice_head.", "classifier.", "qa_outputs."),
)
