"""BERT (Devlin et al. 2018): the encoder with its pooler, without the heads of pretraining."""

from __future__ import annotations

from neuroscript.convert.config import HubConfig
from neuroscript.convert.family import Family, Part, Settings, affine, weight


def settings(config: HubConfig) -> Settings:
    """What our model is called with."""
    config.must_be("hidden_act", "gelu")
    config.must_be("position_embedding_type", "absolute", None)
    config.must_be("is_decoder", False)
    config.must_be("add_cross_attention", False)
    dim, layers = config.integer("hidden_size", 768), config.integer("num_hidden_layers", 12)
    vocab, inner = config.integer("vocab_size", 30522), config.integer("intermediate_size", 3072)
    positions = config.integer("max_position_embeddings", 512)
    types = config.integer("type_vocab_size", 2)
    return Settings(
        neuron="BertEncoder",
        params={
            "vocab_size": vocab,
            "dim": dim,
            "num_layers": layers,
            "num_heads": config.integer("num_attention_heads", 12),
            "d_ff": inner,
            "max_positions": positions,
            "type_vocab": types,
            "dropout": config.number("hidden_dropout_prob", 0.1),
            "eps": config.number("layer_norm_eps", 1e-12),
        },
        sizes={"vocab": vocab, "positions": positions, "types": types, "dim": dim, "ff": inner},
        counts={"i": layers},
    )


FAMILY = Family(
    name="bert",
    neuron="BertEncoder",
    prefix="bert.",
    writes_prefix=False,
    settings=settings,
    parts=(
        Part(
            "embeddings.",
            "",
            (
                *weight("word_embeddings", "word", "vocab dim"),
                *weight("position_embeddings", "pos", "positions dim"),
                *weight("token_type_embeddings", "type_", "types dim"),  # modules have a `type`
                *affine("LayerNorm", "norm", "dim"),
            ),
        ),
        Part(
            "encoder.layer.{i}.",
            "blocks.{i}.",
            (
                *affine("attention.self.query", "attn.q", "dim dim"),
                *affine("attention.self.key", "attn.k", "dim dim"),
                *affine("attention.self.value", "attn.v", "dim dim"),
                *affine("attention.output.dense", "attn.out", "dim dim"),
                *affine("attention.output.LayerNorm", "norm1", "dim"),
                *affine("intermediate.dense", "fc1", "ff dim"),
                *affine("output.dense", "fc2", "dim ff"),
                *affine("output.LayerNorm", "norm2", "dim"),
            ),
        ),
        Part("pooler.", "pooler.", affine("dense", "dense", "dim dim")),
    ),
    computed=("embeddings.position_ids", "embeddings.token_type_ids"),
    heads=("cls.", "classifier.", "qa_outputs."),
    aliases=(("LayerNorm.gamma", "LayerNorm.weight"), ("LayerNorm.beta", "LayerNorm.bias")),
)
