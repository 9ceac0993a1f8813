"""Generated modules as they run, and as a type checker reads them."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from neuroscript.codegen import build, emit
from neuroscript.diagnostics import NeuroScriptError
from neuroscript.language import Checked, check_path
from neuroscript.language.signature import Port

FOLDER = Path(__file__).parents[1] / "goldens" / "code"
CASES = sorted(FOLDER.glob("*.ns"))
NEEDS_HOSTS = {"hosts", "quotes"}
"""They name modules that are not there."""


def tensor(port: Port, names: dict[str, int]) -> torch.Tensor:
    """Data for a port; a size that is named is the same at every port."""
    sizes: list[int] = []
    for size in port.shape:
        if isinstance(size, int):
            sizes.append(size)
        elif size.startswith("*"):
            sizes += [2, 3]
        else:
            sizes.append(names.setdefault(size, 5 + len(names)))
    return torch.randint(0, 2, sizes) if port.dtype == "int" else torch.rand(sizes)


def params_of(checked: Checked) -> dict[str, object]:
    """8 for every parameter without a default."""
    return {p.name: 8 for p in checked.signature().params if p.default is ...}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_it_gives_the_shapes_of_its_signature(case: Path) -> None:
    params = params_of(check_path(case))
    checked = check_path(case, params=params).raise_errors()
    signature = checked.signature()
    try:
        module = build(emit(checked))
    except NeuroScriptError as error:
        assert case.stem in NEEDS_HOSTS, error
        return
    model = getattr(module, signature.name)(**params).eval()
    names: dict[str, int] = {}
    results = model(*(tensor(port, names) for port in signature.inputs))
    results = results if isinstance(results, tuple) else (results,)
    for port, result in zip(signature.outputs, results, strict=True):
        told = [names.get(str(size), size) for size in port.shape]
        shape = list(result.shape)
        if any(str(size).startswith("*") for size in told):
            told, shape = told[-1:], shape[-1:]
        assert [a for a, b in zip(told, shape, strict=True) if isinstance(a, int) and a != b] == []
        assert torch.isfinite(result).all()


def test_a_type_checker_finds_nothing(tmp_path: Path) -> None:
    """Strictly, but for what torch itself leaves open: results of modules and rounds of lists."""
    api = pytest.importorskip("mypy.api")
    files = [str(path) for path in sorted(FOLDER.glob("*.py"))]
    options = "--strict --no-warn-return-any --disable-error-code=index --config-file="
    options += " --ignore-missing-imports"
    report, problems, _ = api.run([*options.split(), f"--cache-dir={tmp_path}", *files])
    assert "Success" in report, report + problems
