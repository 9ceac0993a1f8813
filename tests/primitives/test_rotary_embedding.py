"""Rotations against complex numbers, one position and pair at a time."""

from __future__ import annotations

import cmath
import copy
import math
import pickle
from typing import Any

import pytest
import torch

from neuroscript.primitives import RotaryEmbedding


@pytest.fixture(autouse=True)
def seeded() -> None:
    torch.manual_seed(0)


def frequency(i: int, dim: int, base: float, scaling: str, **options: Any) -> float:
    f = base ** (-2 * i / dim)
    if scaling == "linear":
        return f / options["factor"]
    if scaling == "llama3":
        wavelength = 2 * math.pi / f
        longest = options["original_max"] / options["low_freq"]
        shortest = options["original_max"] / options["high_freq"]
        if wavelength < shortest:
            return f
        if wavelength > longest:
            return f / options["factor"]
        kept = (options["original_max"] / wavelength - options["low_freq"]) / (
            options["high_freq"] - options["low_freq"]
        )
        return (1 - kept) * f / options["factor"] + kept * f
    return f


def naive(x: torch.Tensor, interleaved: bool, *args: Any, **options: Any) -> torch.Tensor:
    dim = x.shape[-1]
    result = torch.empty_like(x)
    for p in range(x.shape[-2]):
        for i in range(dim // 2):
            a, b = (2 * i, 2 * i + 1) if interleaved else (i, i + dim // 2)
            turn = cmath.exp(1j * p * frequency(i, dim, *args, **options))
            result[..., p, a] = x[..., p, a] * turn.real - x[..., p, b] * turn.imag
            result[..., p, b] = x[..., p, a] * turn.imag + x[..., p, b] * turn.real
    return result


@pytest.mark.parametrize("interleaved", [False, True])
@pytest.mark.parametrize("scaling", ["none", "linear", "llama3"])
def test_every_pair_turns_by_its_angle(interleaved: bool, scaling: str) -> None:
    options = {"factor": 8.0, "low_freq": 1.0, "high_freq": 4.0, "original_max": 64}
    module = RotaryEmbedding(12, base=500.0, scaling=scaling, interleaved=interleaved, **options)
    query = torch.randn(2, 4, 9, 12, dtype=torch.float64)
    key = torch.randn(2, 2, 9, 12, dtype=torch.float64)
    for turned, x in zip(module(query, key), (query, key), strict=True):
        torch.testing.assert_close(turned, naive(x, interleaved, 500.0, scaling, **options))


def test_all_three_kinds_of_frequency_occur_in_llama3() -> None:
    options = {"factor": 8.0, "original_max": 64}
    device, dtype = torch.device("cpu"), torch.float64
    plain = RotaryEmbedding(12, base=500.0).frequencies(device, dtype)
    scaled = RotaryEmbedding(12, base=500.0, scaling="llama3", **options).frequencies(device, dtype)
    ratio = (plain / scaled).tolist()
    assert ratio[0] == 1
    assert ratio[-1] == 8
    assert any(1 < r < 8 for r in ratio)


def test_scores_depend_on_distance_alone() -> None:
    module = RotaryEmbedding(8).double()
    x = torch.randn(8, dtype=torch.float64).expand(1, 1, 20, 8)
    y = torch.randn(8, dtype=torch.float64).expand(1, 1, 20, 8)
    query, key = module(x, y)
    scores = (query @ key.transpose(-1, -2))[0, 0]
    torch.testing.assert_close(scores[3:, 3:], scores[:-3, :-3])


def test_any_length_whatever_was_prepared() -> None:
    short, long = RotaryEmbedding(4, 2), RotaryEmbedding(4, 64)
    for seq in (1, 5, 3, 33):
        x = torch.randn(1, 1, seq, 4)
        assert torch.equal(short(x, x)[0], long(x, x)[0])


def test_tables_are_exact_after_a_change_of_dtype_or_device() -> None:
    x = torch.randn(1, 1, 500, 8)
    module = RotaryEmbedding(8)
    wanted = module(x, x)[0]
    half = module.half()(x.half(), x.half())[0]
    assert half.dtype == torch.float16
    torch.testing.assert_close(half.float(), wanted, atol=5e-3, rtol=0)
    assert torch.equal(module.float()(x, x)[0], wanted)
    assert module.to("meta")(x.to("meta"), x.to("meta"))[0].is_meta
    assert torch.equal(module.to_empty(device="cpu")(x, x)[0], wanted)


def test_what_inference_prepared_serves_training() -> None:
    module = RotaryEmbedding(4)
    x = torch.randn(1, 1, 3, 4)
    with torch.inference_mode():
        module(x, x)
    x.requires_grad_()
    module(x, x)[0].square().sum().backward()
    torch.testing.assert_close(x.grad, 2 * x.detach())  # a rotation keeps lengths


def test_it_is_copied_and_saved_after_use() -> None:
    module = RotaryEmbedding(4)
    x = torch.randn(1, 1, 3, 4)
    wanted = module(x, x)[1]
    assert torch.equal(copy.deepcopy(module)(x, x)[1], wanted)
    assert torch.equal(pickle.loads(pickle.dumps(module))(x, x)[1], wanted)
    assert not module.state_dict()


def test_what_cannot_be_is_told() -> None:
    with pytest.raises(ValueError, match="dim 5 is odd"):
        RotaryEmbedding(5)
    with pytest.raises(ValueError, match='scaling "yarn" is none of "none", "linear", "llama3"'):
        RotaryEmbedding(4, scaling="yarn")
