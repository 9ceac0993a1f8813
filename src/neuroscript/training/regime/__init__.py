"""How the weights are trained, beside loss and optimizer: what `training` says of them by name."""

REGIME = ("schedule", "groups", "freeze", "ema", "gradient_checkpointing", "compile")
"""The keys of section `training` that a module trained by contracts takes as keywords, too."""
