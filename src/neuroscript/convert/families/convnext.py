"""ConvNeXt (Liu et al. 2022): depthwise 7×7 convolutions and inverted bottlenecks."""

from __future__ import annotations

from neuroscript.convert.config import HubConfig
from neuroscript.convert.family import Family, Part, Settings, affine, tensor


def settings(config: HubConfig) -> Settings:
    """What our model is called with."""
    config.must_be("hidden_act", "gelu")
    config.must_be("layer_norm_eps", 1e-12)
    config.must_be("patch_size", 4)
    depths = config.integers("depths", (3, 3, 9, 3))
    widths = config.integers("hidden_sizes", (96, 192, 384, 768))
    width = widths[0] if widths else 96
    channels, classes = config.integer("num_channels", 3), config.classes()
    known = len(depths) == 4 and widths == tuple(width * by for by in (1, 2, 4, 8))
    return Settings(
        neuron="ConvNeXt" if known else None,
        params={
            "num_classes": classes,
            "in_channels": channels,
            "width": width,
            **{f"d{number}": depth for number, depth in enumerate(depths, 1)},
            "drop_path": config.number("drop_path_rate", 0.0),
        },
        sizes={
            "channels": channels,
            "classes": classes,
            "last": widths[-1] if widths else width,
            **{f"dim{s}": size for s, size in enumerate(widths)},
        },
        counts={"s": len(depths), "j": depths, "t": max(len(depths) - 1, 0)},
    )


FAMILY = Family(
    name="convnext",
    neuron="ConvNeXt",
    prefix="convnext.",
    settings=settings,
    parts=(
        Part(
            "embeddings.",
            "",
            (
                *affine("patch_embeddings", "stem", "dim0 channels 4 4"),
                *affine("layernorm", "stem_norm.norm", "dim0"),
            ),
        ),
        Part(
            "encoder.stages.{t+1}.downsampling_layer.",
            "",
            (
                *affine("0", "down_norm{t+2}.norm", "dim{t}"),
                *affine("1", "down{t+2}", "_ dim{t} 2 2", out="_"),
            ),
            "if any",
        ),
        Part(
            "encoder.stages.{s}.layers.{j}.",
            "stage{s+1}.{j}.",
            (
                *affine("dwconv", "dwconv", "dim{s} 1 7 7"),
                *affine("layernorm", "norm", "dim{s}"),
                *affine("pwconv1", "pw1", "4*dim{s} dim{s}"),
                *affine("pwconv2", "pw2", "dim{s} 4*dim{s}"),
                *tensor("layer_scale_parameter", "scale", "dim{s}"),
            ),
        ),
        Part("", "", affine("layernorm", "norm", "last")),
        Part("", "", affine("classifier", "fc", "classes last"), prefixed=False),
    ),
)
