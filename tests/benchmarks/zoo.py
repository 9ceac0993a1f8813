"""The zoo against the models of transformers whose weights it has, side by side in one process."""

from __future__ import annotations

import argparse
import gc
import inspect
import json
import statistics
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from memory import keep_memory
from torch import Tensor, nn

import neuroscript
from neuroscript.convert import HubConfig, convert, settings_of

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import transformers
    from transformers.utils import logging

logging.set_verbosity_error()
logging.disable_progress_bar()

SLICE = 0.02
"""Seconds that calls are repeated for between two looks at the clock."""

BUILDS = 3
"""How often both models are built anew: where in memory their weights lie makes a difference."""

IDS = ("in ids: [batch, seq] int", "out logits: [batch, seq, vocab] float")
IMAGE = ("in image: [batch, 3, height, width]", "out logits: [batch, classes] float")
TEXT = (
    "in input_ids: [batch, seq] int",
    "in token_type_ids: [batch, seq] int",
    "in attention_mask: [batch, seq] int",
    "out hidden: [batch, seq, dim] float",
    "out pooled: [batch, dim] float",
)


@dataclass(frozen=True)
class Model:
    """A model of theirs, a config of ordinary size and one that is next to nothing."""

    name: str
    family: str
    theirs: Callable[[Any], Any]
    config: Callable[..., Any]
    ports: tuple[str, ...]
    small: dict[str, Any]
    tiny: dict[str, Any]


def text(batch: int, seq: int) -> tuple[Tensor, ...]:
    """Two kinds of sentences, the last of them half as long as the rest."""
    mask = torch.ones(batch, seq, dtype=torch.int64)
    mask[-1, seq // 2 :] = 0
    return torch.randint(1, 100, (batch, seq)) * mask, torch.randint(0, 2, (batch, seq)), mask


def batch_of(model: Model, sizes: tuple[int, int]) -> tuple[Tensor, ...]:
    """Tokens [batch, length], or images [batch, 3, length, length]."""
    batch, length = sizes
    if model.ports == TEXT:
        return text(batch, length)
    if model.ports == IDS:
        return (torch.randint(0, 100, (batch, length)),)
    return (torch.randn(batch, 3, length, length),)


def transformer(width: int, layers: int, heads: int) -> dict[str, int]:
    return {
        "hidden_size": width,
        "intermediate_size": 4 * width,
        "num_hidden_layers": layers,
        "num_attention_heads": heads,
    }


WORDS = {"vocab_size": 2000, "use_cache": False}
BERT = {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0, "vocab_size": 2000}
GPT2 = WORDS | {"resid_pdrop": 0.0, "embd_pdrop": 0.0, "attn_pdrop": 0.0}
RESNET18 = {"layer_type": "basic", "hidden_sizes": [64, 128, 256, 512], "depths": [2, 2, 2, 2]}
GROUPED = {"num_key_value_heads": 2}

MODELS = (
    Model(
        "GPT-2", "gpt2", transformers.GPT2LMHeadModel, transformers.GPT2Config, IDS,
        {"batch": (4, 128), "n_embd": 256, "n_layer": 4, "n_head": 4} | GPT2,
        {"batch": (1, 16), "n_embd": 32, "n_layer": 2, "n_head": 2} | GPT2,
    ),
    Model(
        "Llama, grouped", "llama", transformers.LlamaForCausalLM, transformers.LlamaConfig, IDS,
        {"batch": (4, 128)} | transformer(256, 4, 8) | GROUPED | WORDS,
        {"batch": (1, 16)} | transformer(32, 2, 4) | GROUPED | WORDS,
    ),
    Model(
        "BERT", "bert", transformers.BertModel, transformers.BertConfig, TEXT,
        {"batch": (4, 128)} | transformer(256, 4, 4) | BERT,
        {"batch": (2, 16)} | transformer(32, 2, 2) | BERT,
    ),
    Model(
        "ViT", "vit", transformers.ViTForImageClassification, transformers.ViTConfig, IMAGE,
        {"batch": (4, 96), "image_size": 96, "patch_size": 8} | transformer(192, 4, 3),
        {"batch": (1, 32), "image_size": 32, "patch_size": 8} | transformer(32, 2, 2),
    ),
    Model(
        "ResNet-18", "resnet", transformers.ResNetForImageClassification,
        transformers.ResNetConfig, IMAGE,
        {"batch": (4, 96)} | RESNET18, {"batch": (2, 32)} | RESNET18,
    ),
    Model(
        "ResNet-50", "resnet", transformers.ResNetForImageClassification,
        transformers.ResNetConfig, IMAGE,
        {"batch": (4, 96)}, {"batch": (2, 32)},
    ),
    Model(
        "ConvNeXt", "convnext", transformers.ConvNextForImageClassification,
        transformers.ConvNextConfig, IMAGE,
        {"batch": (4, 96), "hidden_sizes": [48, 96, 192, 384], "depths": [2, 2, 4, 2]},
        {"batch": (1, 32), "hidden_sizes": [8, 16, 32, 64], "depths": [1, 1, 1, 1]},
    ),
    Model(
        "Mamba", "mamba", transformers.MambaForCausalLM, transformers.MambaConfig, IDS,
        {"batch": (2, 128), "hidden_size": 128, "num_hidden_layers": 2} | WORDS,
        {"batch": (1, 16), "hidden_size": 32, "num_hidden_layers": 2} | WORDS,
    ),
)  # fmt: skip


def program(model: Model, config: Any) -> tuple[str, Any]:
    """A program that is the neuron of a config, and what `neuroscript convert` knows of it."""
    settings = settings_of(HubConfig(config.to_dict()), model.family)
    params = ", ".join(f"{name}={json.dumps(value)}" for name, value in settings.params.items())
    wires = [
        ", ".join(port.split()[1].rstrip(":") for port in model.ports if port.startswith(kind))
        for kind in ("in ", "out ")
    ]
    first, last = (f"({names})" if "," in names else names for names in wires)
    sizes = {"vocab": config.vocab_size} if model.ports == IDS else {"classes": config.num_labels}
    if model.ports == TEXT:
        sizes = {"dim": config.hidden_size}
    ports = [p.replace(name, str(n)) for p in model.ports for name, n in sizes.items()]
    lines = [*ports, f"graph: {first} -> {settings.neuron}({params}) -> {last}"]
    return "neuron Net:\n" + "".join(f"    {line}\n" for line in lines), settings


class Contender:
    """A model with a batch, and the CPU seconds of its calls, forward and with backward."""

    def __init__(self, model: nn.Module, batch: dict[str, Tensor]) -> None:
        self.model = model
        self.batch = batch
        self.gradients: list[Tensor] = []
        self.spent: dict[bool, list[float]] = {False: [], True: []}

    def outputs(self) -> tuple[Tensor, ...]:
        made = self.model(**self.batch)
        if isinstance(made, Tensor):
            return (made,)
        return tuple(made.to_tuple() if isinstance(made, dict) else made)

    def call(self, backward: bool) -> None:
        if not backward:
            with torch.no_grad():
                self.outputs()
            return
        for parameter in self.model.parameters():
            parameter.grad = None
        outputs = self.outputs()
        self.gradients = self.gradients or [torch.randn_like(x) / x.numel() for x in outputs]
        torch.autograd.backward(outputs, self.gradients)

    def seconds(self, backward: bool, times: int = 1) -> float:
        """CPU seconds of one call, which other processes disturb less than the clock."""
        start = time.process_time()
        for _ in range(times):
            self.call(backward)
        return (time.process_time() - start) / times


def pair(model: Model, options: dict[str, Any]) -> tuple[Contender, Contender]:
    """Our model and theirs, of the same weights, with the same batch."""
    options = dict(options)
    batch = batch_of(model, options.pop("batch"))
    config = model.config(**options)
    theirs = model.theirs(config)
    source, settings = program(model, config)
    (ours,) = neuroscript.loads(source).Net().children()
    state = convert(theirs.state_dict(), model.family, settings=settings).raise_errors().state
    ours.load_state_dict(state)
    names = list(inspect.signature(ours.forward).parameters)
    called = {"ids": "input_ids", "x": "pixel_values"}
    return (
        Contender(ours, dict(zip(names, batch, strict=True))),
        Contender(theirs, {called.get(n, n): x for n, x in zip(names, batch, strict=True)}),
    )


def check(ours: Contender, theirs: Contender) -> None:
    """They compute the same, but for places that are masked."""
    kept = theirs.batch.get("attention_mask", torch.ones(())).bool()
    with torch.no_grad():
        for one, other in zip(ours.outputs(), theirs.outputs(), strict=True):
            if kept.ndim and one.ndim == 3:
                one, other = one[kept], other[kept]
            torch.testing.assert_close(one, other, rtol=0, atol=1e-5 * float(other.abs().max()))


def race(contenders: tuple[Contender, Contender], runs: int) -> None:
    """Once each to warm up, then in turn, each of the two first every other time."""
    for contender in contenders:
        contender.model.eval()
    check(*contenders)
    for backward in (False, True):
        for contender in contenders:
            contender.model.train(backward)
            contender.call(backward)
        once = max(contender.seconds(backward) for contender in contenders)
        times = max(1, round(SLICE / once))
        gc.collect()
        gc.disable()
        for turn in range(runs):
            for contender in contenders[:: 1 if turn % 2 else -1]:
                contender.spent[backward].append(contender.seconds(backward, times))
        gc.enable()


def row(model: Model, size: str, runs: int) -> str:
    """Milliseconds as medians, and the median of ours as a part of theirs, turn by turn."""
    torch.manual_seed(0)
    pairs = [pair(model, getattr(model, size)) for _ in range(BUILDS)]
    for contenders in pairs:
        race(contenders, runs)
    cells = [model.name]
    for backward in (False, True):
        turns = [
            turn
            for contenders in pairs
            for turn in zip(*(c.spent[backward] for c in contenders), strict=True)
        ]
        cells += [f"{1e3 * statistics.median(column):.2f}" for column in zip(*turns, strict=True)]
        cells.append(f"{statistics.median(ours / theirs for ours, theirs in turns):.2f}")
    return f"| {' | '.join(cells)} |"


def zoo(size: str, runs: int, only: str = "") -> str:
    """A table of all models, `small` or `tiny`."""
    torch.set_num_threads(1)
    keep_memory()
    head = ["", "forward, ms", "theirs", "ratio", "with backward, ms", "theirs", "ratio"]
    rows = [f"| {' | '.join(cells)} |" for cells in (head, ["---"] * len(head))]
    for model in MODELS:
        if only.lower() in model.name.lower():
            rows.append(row(model, size, runs))
    return "\n".join(rows)


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--runs", type=int, default=7, help="counted turns of each, thrice (7)")
    arguments.add_argument("--only", default="", help="models whose names hold this")
    arguments.add_argument("--size", choices=("small", "tiny"), help="only this one")
    chosen = arguments.parse_args()
    for wanted in (chosen.size,) if chosen.size else ("small", "tiny"):
        print(zoo(wanted, chosen.runs, chosen.only), end="\n\n")
