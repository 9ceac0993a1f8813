"""`from neuroscript_runtime.runner_v2 import train_from_config`."""

from neuroscript.training import Runner, train_from_config

__all__ = ["Runner", "train_from_config"]
