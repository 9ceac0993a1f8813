"""What is told of everything that is registered."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from neuroscript.contracts import (
    KINDS,
    ContractRegistry,
    UnknownContract,
    load_plugin,
    register_logger,
    register_loss,
)
from neuroscript.contracts.catalogue import Entry, Option, catalogue


def entry(kind: str, name: str) -> Entry:
    (found,) = [entry for entry in catalogue(kind) if entry.name == name]
    return found


@pytest.mark.parametrize("kind", [kind.name for kind in KINDS])
def test_everything_built_in_says_what_it_is(kind: str) -> None:
    entries = catalogue(kind)
    assert [e.name for e in entries] == ContractRegistry.list_available(kind)[kind]
    for found in entries:
        assert found.origin == "built in"
        assert found.doc.endswith(".")
        assert found.problem is None
        assert found.options is not None
        assert all(option.type for option in found.options)


def test_the_default_is_marked() -> None:
    marked = {k.name: [e.name for e in catalogue(k.name) if e.default] for k in KINDS}
    assert marked == {
        "dataloader": ["jsonl"],
        "loss": [],
        "optimizer": ["adam"],
        "checkpoint": ["torch"],
        "logger": ["console"],
    }


def test_options_are_read_from_the_class() -> None:
    assert entry("optimizer", "sgd").options[:2] == (
        Option("momentum", "a number", 0),
        Option("dampening", "a number", 0),
    )
    names = [option.name for option in entry("dataloader", "csv").options or ()]
    assert {"target", "features", "delimiter"} <= set(names)
    assert not {"path", "batch_size", "shuffle", "seed"} & set(names)


def test_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(
        "from neuroscript.contracts import register_loss\n\n\n"
        "@register_loss('focal')\n"
        "def focal(predictions, targets, gamma: float = 2.0, *, floor: float):\n"
        '    """Counts samples less\n    the better they are told.\n\n    More of it.\n    """\n'
    )
    load_plugin("mine.py", [tmp_path])
    found = entry("loss", "focal")
    assert (found.origin, found.default) == (str(tmp_path / "mine.py"), False)
    assert found.doc == "Counts samples less the better they are told."
    assert found.options == (
        Option("gamma", "a number", 2.0),
        Option("floor", "a number", required=True),
    )


def test_one_that_replaces_a_built_in_is_not_called_built_in() -> None:
    @register_loss("mse")
    def mine(predictions, targets, **options):  # type: ignore[no-untyped-def]
        return (predictions - targets).pow(4).mean()

    found = entry("loss", "mse")
    assert (found.origin, found.doc, found.options) == (__file__, "", None)


def test_objects_of_the_ecosystem() -> None:
    register_loss("instance", torch.nn.L1Loss())
    register_logger("wrong", dict)
    assert entry("loss", "instance").options == ()
    assert entry("logger", "wrong").problem == "a class cannot serve as one"


def test_an_unknown_kind() -> None:
    with pytest.raises(UnknownContract, match="did you mean `loss`"):
        catalogue("los")
