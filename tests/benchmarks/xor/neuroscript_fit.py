"""XOR by `neuroscript fit`, with a watch around Lightning's `Trainer.fit`."""

from __future__ import annotations

import sys
import time
from typing import Any

import neuroscript.cli


def fit(config: str) -> None:
    import lightning

    begin_fit = lightning.Trainer.fit

    def timed(trainer: lightning.Trainer, *args: Any, **kwargs: Any) -> None:
        start = time.perf_counter()
        begin_fit(trainer, *args, **kwargs)
        took = time.perf_counter() - start
        loss = float(trainer.callback_metrics["train_loss"])
        print(f"loop {took:.4f} loss {loss:.6f}", flush=True)

    lightning.Trainer.fit = timed  # type: ignore[method-assign]
    sys.argv = ["neuroscript", "fit", config]
    neuroscript.cli.main()


if __name__ == "__main__":
    fit(sys.argv[1])
