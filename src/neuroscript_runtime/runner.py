"""`python -m neuroscript_runtime.runner train --config FILE` is `neuroscript fit FILE`."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from neuroscript.cli import main as neuroscript


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs `neuroscript` with the arguments, `--config FILE` standing for `FILE`.

    Ends the process with the exit code of the command.
    """
    neuroscript(as_arguments(sys.argv[1:] if arguments is None else arguments))


def as_arguments(given: Sequence[str]) -> list[str]:
    """The arguments as `neuroscript` takes them.

    >>> as_arguments(["train", "--config", "xor_config.yml", "training.lr=0.01"])
    ['train', 'xor_config.yml', 'training.lr=0.01']
    """
    plain = [word.removeprefix("--config=") for word in given]
    return [word for word in plain if word != "--config"]


if __name__ == "__main__":
    main()
