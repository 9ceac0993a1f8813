"""A checkpoint format."""

from dataclasses import asdict

import torch

from neuroscript.contracts import CheckpointContract, CheckpointMetadata


class WeightsOnly(CheckpointContract):
    """Weights and metadata, without the optimizer."""

    suffix = ".weights"

    def save(self, path, model, optimizer, metadata):
        torch.save({"weights": model.state_dict(), "metadata": asdict(metadata)}, path)

    def load(self, path, model, optimizer=None):
        held = torch.load(path, weights_only=True)
        model.load_state_dict(held["weights"])
        return CheckpointMetadata(**held["metadata"])
