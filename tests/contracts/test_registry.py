from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from neuroscript.contracts import (
    KINDS,
    ContractError,
    ContractRegistry,
    UnknownContract,
    register_loss,
)

BUILT_IN = {
    "dataloader": ["csv", "huggingface", "images", "jsonl", "npz", "parquet", "text"],
    "loss": [
        "bce",
        "bce_with_logits",
        "cosine_embedding",
        "cross_entropy",
        "gaussian_nll",
        "huber",
        "kl_div",
        "mae",
        "mse",
        "nll",
        "penalty",
        "poisson_nll",
        "smooth_l1",
    ],
    "optimizer": ["adagrad", "adam", "adamw", "lion", "nadam", "radam", "rmsprop", "sgd"],
    "checkpoint": ["safetensors", "torch"],
    "logger": ["console", "csv", "mlflow", "tensorboard", "wandb"],
}


def test_what_is_built_in() -> None:
    assert ContractRegistry.list_available() == BUILT_IN
    assert ContractRegistry.list_available("logger") == {
        "logger": ["console", "csv", "mlflow", "tensorboard", "wandb"]
    }


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_every_name_that_is_listed_can_be_had(kind: object) -> None:
    registry = ContractRegistry.of(kind.name)  # type: ignore[attr-defined]
    for name in registry.names():
        assert callable(registry.get(name))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_the_five_pairs_are_one_mechanism(kind: object) -> None:
    name = kind.name  # type: ignore[attr-defined]

    class Own:
        pass

    register = getattr(ContractRegistry, f"register_{name}")
    get = getattr(ContractRegistry, f"get_{name}")
    assert register("own", Own) is Own
    assert get("own") is Own
    assert "own" in ContractRegistry.list_available(name)[name]


def test_the_decorator_leaves_the_class_as_it_is() -> None:
    @register_loss("focal")
    class Focal:
        pass

    assert ContractRegistry.get_loss("focal") is Focal


def test_a_registration_replaces_a_built_in_in_whatever_order() -> None:
    class Own:
        pass

    built_in = ContractRegistry.get_loss("mse")
    register_loss("mse", Own)
    assert ContractRegistry.get_loss("mse") is Own is not built_in
    register_loss("mse", built_in, replace=False)
    assert ContractRegistry.get_loss("mse") is Own


def test_a_registration_stays_when_the_built_in_is_imported_later() -> None:
    code = (
        "from neuroscript.contracts import ContractRegistry, register_optimizer\n"
        "register_optimizer('sgd', print)\n"
        "import neuroscript.contracts.optimizer.sgd\n"
        "assert ContractRegistry.get_optimizer('sgd') is print\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_an_unknown_name_says_what_there_is() -> None:
    with pytest.raises(UnknownContract) as raised:
        ContractRegistry.get_optimizer("adma")
    (unknown,) = raised.value.diagnostics
    assert unknown.message == "there is no optimizer called `adma`"
    assert "did you mean `adam`" in str(unknown.help)
    assert "`rmsprop`" in str(unknown.help)
    assert "plugins:" in str(unknown.help)
    assert raised.value.exit_code == 2


def test_an_unknown_kind_says_what_there_is() -> None:
    with pytest.raises(UnknownContract, match="did you mean `loss`"):
        ContractRegistry.list_available("los")


def install(folder: Path, group: str, line: str) -> None:
    """An installed package that announces one implementation."""
    info = folder / "shapes-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: shapes\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[{group}]\n{line}\n")


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_an_installed_package_is_found(
    kind: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = f"{kind.plural}_of_others"  # type: ignore[attr-defined]
    install(tmp_path, kind.group, f"circle = {module}:Circle")  # type: ignore[attr-defined]
    (tmp_path / f"{module}.py").write_text("class Circle: ...\n")
    monkeypatch.syspath_prepend(tmp_path)
    registry = ContractRegistry.of(kind.name)  # type: ignore[attr-defined]
    assert "circle" in registry.names()
    assert module not in sys.modules
    assert registry.get("circle").__name__ == "Circle"


def test_an_installed_package_does_not_replace_a_built_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(tmp_path, "neuroscript.losses", "mae = shapes_of_thieves:mae")
    monkeypatch.syspath_prepend(tmp_path)
    assert ContractRegistry.get_loss("mae").__module__ == "neuroscript.contracts.loss.mae"


def test_an_installed_package_that_fails_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(tmp_path, "neuroscript.losses", "square = shapes_not_there:square")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ContractError, match=r"package shapes 1\.0 cannot be loaded"):
        ContractRegistry.get_loss("square")


def test_the_older_import_path_gives_the_same_names() -> None:
    from neuroscript import contracts
    from neuroscript_runtime import contracts as older

    for name in contracts.__all__:
        assert getattr(older, name) is getattr(contracts, name)


def test_listing_imports_neither_torch_nor_lightning() -> None:
    code = (
        "import sys\n"
        "from neuroscript_runtime.contracts import ContractRegistry, DataLoaderContract\n"
        "ContractRegistry.list_available()\n"
        "print([m for m in ('torch', 'lightning', 'numpy') if m in sys.modules])\n"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"
