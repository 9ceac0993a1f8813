"""The checkpoints of a run: when they are taken, what writes them, and which are kept."""
