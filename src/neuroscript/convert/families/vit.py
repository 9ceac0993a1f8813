"""The vision transformer (Dosovitskiy et al. 2020), with a class token and a linear classifier."""

from __future__ import annotations

from neuroscript.convert.config import HubConfig
from neuroscript.convert.family import Family, Part, Settings, affine, stacked, tensor
from neuroscript.convert.layout import WITHOUT_BATCH


def settings(config: HubConfig) -> Settings:
    """What our model is called with."""
    config.must_be("hidden_act", "gelu")
    config.must_be("qkv_bias", True)
    dim, layers = config.integer("hidden_size", 768), config.integer("num_hidden_layers", 12)
    image, patch = config.integer("image_size", 224), config.integer("patch_size", 16)
    channels, inner = config.integer("num_channels", 3), config.integer("intermediate_size", 3072)
    classes = config.classes()
    return Settings(
        neuron="ViT",
        params={
            "image_size": image,
            "patch_size": patch,
            "in_channels": channels,
            "dim": dim,
            "num_layers": layers,
            "num_heads": config.integer("num_attention_heads", 12),
            "d_ff": inner,
            "num_classes": classes,
            "dropout": config.number("hidden_dropout_prob", 0.0),
            "eps": config.number("layer_norm_eps", 1e-12),
        },
        sizes={
            "positions": (image // max(patch, 1)) ** 2 + 1,
            "patch": patch,
            "channels": channels,
            "dim": dim,
            "ff": inner,
            "classes": classes,
        },
        counts={"i": layers},
    )


_ATTENTION = "encoder.layer.{i}.attention.attention."

FAMILY = Family(
    name="vit",
    neuron="ViT",
    prefix="vit.",
    settings=settings,
    parts=(
        Part(
            "embeddings.",
            "",
            (
                *tensor("cls_token", "cls", "1 1 dim"),
                *tensor("position_embeddings", "pos.weight", "1 positions dim", WITHOUT_BATCH),
                *affine("patch_embeddings.projection", "patch.proj", "dim channels patch patch"),
            ),
        ),
        Part(
            "encoder.layer.{i}.",
            "blocks.{i}.",
            (
                *affine("layernorm_before", "norm1", "dim"),
                *stacked(
                    (
                        "attention.attention.query",
                        "attention.attention.key",
                        "attention.attention.value",
                    ),
                    "attn.qkv",
                    "dim dim",
                ),
                *affine("attention.output.dense", "attn.out", "dim dim"),
                *affine("layernorm_after", "norm2", "dim"),
                *affine("intermediate.dense", "fc1", "ff dim"),
                *affine("output.dense", "fc2", "dim ff"),
            ),
        ),
        Part("", "", affine("layernorm", "norm", "dim")),
        Part("", "", affine("classifier", "fc", "classes dim"), prefixed=False),
    ),
    heads=("pooler.",),
    spellings=(
        ("layers.{i}.attention.q_proj.", _ATTENTION + "query."),
        ("layers.{i}.attention.k_proj.", _ATTENTION + "key."),
        ("layers.{i}.attention.v_proj.", _ATTENTION + "value."),
        ("layers.{i}.attention.o_proj.", "encoder.layer.{i}.attention.output.dense."),
        ("layers.{i}.mlp.fc1.", "encoder.layer.{i}.intermediate.dense."),
        ("layers.{i}.mlp.fc2.", "encoder.layer.{i}.output.dense."),
        ("layers.{i}.layernorm_before.", "encoder.layer.{i}.layernorm_before."),
        ("layers.{i}.layernorm_after.", "encoder.layer.{i}.layernorm_after."),
    ),
)
