"""How the examples are trained: as their configs say, after what they say has to be run before."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path
from typing import Any

from neuroscript import fit
from neuroscript.cli import run

ROOT = Path(__file__).parents[2]
CONFIGS = sorted((ROOT / "configs").glob("*.yml"))
EXAMPLES = sorted((ROOT / "examples").glob("*.ns"))
AFTER = re.compile(r"^# after: neuroscript (.+)$", flags=re.MULTILINE)
REACHES = re.compile(r"^# reaches: (\w+) (>=|<=) ([0-9.]+)", flags=re.MULTILINE)


def copy_examples(folder: Path) -> None:
    """Copies examples and configs, so that what a run writes does not lie among them."""
    for name in ("examples", "configs"):
        shutil.copytree(ROOT / name, folder / name)


def bars(config: Path) -> list[tuple[str, str, str]]:
    """What a config says that it reaches: metric, sign and number."""
    return REACHES.findall(config.read_text(encoding="utf-8"))


def trained(config: Path, **overrides: Any) -> Any:
    """Trains a config in the working directory, which holds a copy of the examples."""
    for command in AFTER.findall(config.read_text(encoding="utf-8")):
        if "tiny-gpt2" in command:
            save_tiny_gpt2(Path("tiny-gpt2"))
        assert run(shlex.split(command)) == 0, command
    return fit(Path("configs") / config.name, **overrides)


def save_tiny_gpt2(folder: Path) -> None:
    """Saves a small GPT-2 with random weights, as transformers does."""
    import torch
    import transformers

    transformers.utils.logging.disable_progress_bar()
    torch.manual_seed(0)
    sizes = {"vocab_size": 128, "n_positions": 64, "n_embd": 32, "n_layer": 2, "n_head": 4}
    config = transformers.GPT2Config(**sizes, bos_token_id=0, eos_token_id=0)
    transformers.GPT2LMHeadModel(config).save_pretrained(folder)
