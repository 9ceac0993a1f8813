"""ResNets (He et al. 2015): basic blocks, or bottlenecks with the stride on the 3×3."""

from __future__ import annotations

from neuroscript.convert.config import HubConfig
from neuroscript.convert.family import (
    Family,
    Part,
    Presence,
    Rules,
    Settings,
    affine,
    batch_norm,
    weight,
)

Kind = tuple[str, tuple[int, ...], tuple[int, ...]]

NEURONS: dict[Kind, str] = {
    ("basic", (2, 2, 2, 2), (64, 128, 256, 512)): "ResNet18",
    ("basic", (3, 4, 6, 3), (64, 128, 256, 512)): "ResNet34",
    ("bottleneck", (3, 4, 6, 3), (256, 512, 1024, 2048)): "ResNet50",
}
"""Kind of layer, layers in each stage, and channels of each stage."""


def settings(config: HubConfig) -> Settings:
    """What our model is called with."""
    config.must_be("hidden_act", "relu")
    config.must_be("downsample_in_first_stage", False)
    config.must_be("downsample_in_bottleneck", False)
    layer = str(config.must_be("layer_type", "bottleneck", "basic"))
    depths = config.integers("depths", (3, 4, 6, 3))
    widths = config.integers("hidden_sizes", (256, 512, 1024, 2048))
    stem, channels = config.integer("embedding_size", 64), config.integer("num_channels", 3)
    classes = config.classes()
    return Settings(
        neuron=NEURONS.get((layer, depths, widths)) if stem == 64 else None,
        params={"num_classes": classes, "in_channels": channels},
        sizes={
            "stem": stem,
            "channels": channels,
            "classes": classes,
            "last": widths[-1] if widths else stem,
            **_widths(layer, widths),
        },
        counts=_counts(depths),
    )


def _widths(layer: str, widths: tuple[int, ...]) -> dict[str, int]:
    inner = 1 if layer == "basic" else 4
    outer = {f"out{s}": width for s, width in enumerate(widths)}
    return outer | {f"mid{s}": width // inner for s, width in enumerate(widths)}


def _counts(depths: tuple[int, ...]) -> dict[str, int | tuple[int, ...]]:
    return {"s": len(depths), "j": tuple(max(depth - 1, 0) for depth in depths)}


def _variant(kind: Kind) -> Settings:
    layer, depths, widths = kind
    sizes = {"stem": 64, "last": widths[-1], **_widths(layer, widths)}
    return Settings(NEURONS[kind], {}, sizes, _counts(depths))


def _convolution(theirs: str, number: int | str, shape: str) -> Rules:
    """A convolution and the batch norm after it."""
    conv, norm = (
        (f"down_{kind}" for kind in ("conv", "bn"))
        if number == "down"
        else (f"{kind}{number}" for kind in ("conv", "bn"))
    )
    return (
        *weight(f"{theirs}.convolution", conv, shape),
        *batch_norm(f"{theirs}.normalization", norm, shape.split()[0]),
    )


def _layers(theirs: str, ours: str, present: Presence) -> tuple[Part, ...]:
    """A block: two convolutions, a third in bottlenecks, one in a shortcut that changes sizes."""
    first_two = (
        *_convolution("layer.0", 1, "mid{s} _ _ _"),
        *_convolution("layer.1", 2, "mid{s} mid{s} 3 3"),
    )
    return (
        Part(theirs, ours, first_two, present),
        Part(theirs, ours, _convolution("layer.2", 3, "out{s} mid{s} 1 1"), "uniform"),
        Part(theirs, ours, _convolution("shortcut", "down", "out{s} _ 1 1"), "each"),
    )


FAMILY = Family(
    name="resnet",
    neuron="ResNet",
    prefix="resnet.",
    settings=settings,
    parts=(
        Part(
            "embedder.embedder.",
            "",
            (
                *weight("convolution", "conv", "stem channels 7 7"),
                *batch_norm("normalization", "bn", "stem"),
            ),
        ),
        *_layers("encoder.stages.{s}.layers.0.", "stage{s+1}_first.", "always"),
        *_layers("encoder.stages.{s}.layers.{j+1}.", "stage{s+1}.{j}.", "if any"),
        Part("", "", affine("classifier.1", "fc", "classes last"), prefixed=False),
    ),
    variants={NEURONS[kind].lower(): _variant(kind) for kind in NEURONS},
)
