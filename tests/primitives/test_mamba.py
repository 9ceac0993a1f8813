"""Both Mamba mixers against the recurrence written out."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from neuroscript.primitives import MambaBlock, MambaMixer
from neuroscript.primitives.mamba import Mamba
from neuroscript.primitives.selective_scan import SelectiveScan


def step_by_step(mixer: Mamba, x: Tensor) -> Tensor:
    """The definition, one step and one state after the other."""
    u, z = mixer.in_proj(x).chunk(2, -1)
    width = mixer.conv1d.kernel_size[0]
    seen = functional.pad(u, (0, 0, width - 1, 0))
    taps = mixer.conv1d.weight[:, 0]
    u = sum(seen[:, i : i + x.shape[1]] * taps[:, i] for i in range(width))
    u = functional.silu(u + mixer.conv1d.bias)
    dt, b, c = mixer.x_proj(u).split(mixer.sizes, -1)
    delta = functional.softplus(mixer.dt_proj(dt))
    groups, channels = mixer.A_log.shape[0], u.shape[-1]
    a = -mixer.A_log.exp().repeat_interleave(channels // groups, 0)
    h, rows = torch.zeros(x.shape[0], *a.shape, dtype=x.dtype), []
    for t in range(x.shape[1]):
        step = delta[:, t, :, None]
        h = (step * a).exp() * h + step * b[:, t, None, :] * u[:, t, :, None]
        rows.append((h * c[:, t, None, :]).sum(-1))
    y = torch.stack(rows, 1) + mixer.D * u
    if isinstance(mixer, MambaBlock):
        y = mixer.norm(y)
    return mixer.out_proj(y * functional.silu(z))


MIXERS = {
    "mixer": lambda: MambaMixer(4, d_state=3),
    "mixer with a rank": lambda: MambaMixer(6, d_state=2, d_conv=2, expand=3, dt_rank=2),
    "mixer that sees one step": lambda: MambaMixer(4, d_state=1, d_conv=1, expand=1),
    "block": lambda: MambaBlock(4, d_state=3),
    "block with heads": lambda: MambaBlock(4, d_state=3, num_heads=4),
}


@pytest.mark.parametrize("seq", [1, 64, 70])
@pytest.mark.parametrize("mixer", MIXERS)
def test_output_and_gradients_are_those_of_the_recurrence(mixer: str, seq: int) -> None:
    model = MIXERS[mixer]().double()
    x = torch.randn(2, seq, model.in_proj.in_features, dtype=torch.float64, requires_grad=True)
    ours, theirs = model(x), step_by_step(model, x)
    torch.testing.assert_close(ours, theirs)
    weight = torch.randn_like(ours)
    over = (x, *model.parameters())
    for mine, other in zip(
        torch.autograd.grad(ours, over, weight),
        torch.autograd.grad(theirs, over, weight),
        strict=True,
    ):
        torch.testing.assert_close(mine, other)


def test_gradients_of_the_scan() -> None:
    shapes = (1, 66, 2), (1, 66, 2), (2, 2), (1, 66, 2), (1, 66, 2)
    delta, x, a, b, c = (torch.randn(s, dtype=torch.float64) for s in shapes)
    operands = [delta.exp(), x, -a.exp(), b, c]
    assert torch.autograd.gradcheck(SelectiveScan.apply, [o.requires_grad_() for o in operands])


def test_a_second_derivative_is_refused() -> None:
    one = torch.ones(1, 3, 1, requires_grad=True)
    y = SelectiveScan.apply(one, one, torch.zeros(1, 1), one, one)
    (first,) = torch.autograd.grad(y.square().sum(), one, create_graph=True)
    with pytest.raises(RuntimeError, match="once_differentiable"):
        first.sum().backward()


def test_weights_are_called_and_shaped_as_those_of_others() -> None:
    state = {name: tuple(x.shape) for name, x in MambaMixer(40).state_dict().items()}
    assert state == {
        "in_proj.weight": (160, 40),
        "conv1d.weight": (80, 1, 4),
        "conv1d.bias": (80,),
        "x_proj.weight": (3 + 32, 80),
        "dt_proj.weight": (80, 3),
        "dt_proj.bias": (80,),
        "A_log": (80, 16),
        "D": (80,),
        "out_proj.weight": (40, 80),
    }


def test_a_block_has_a_decay_for_each_head() -> None:
    state = {name: tuple(x.shape) for name, x in MambaBlock(8, 5, num_heads=4).state_dict().items()}
    assert state["A_log"] == (4, 5)
    assert state["D"] == (16,)
    assert state["x_proj.weight"] == (4 + 10, 16)
    assert state["norm.weight"] == (16,)
    assert MambaBlock(4).A_log.shape == (1, 128)


def test_it_starts_with_slow_decays_and_small_steps() -> None:
    torch.manual_seed(0)
    mixer = MambaMixer(512, d_state=4)
    torch.testing.assert_close(mixer.A_log[7].exp(), torch.tensor([1.0, 2, 3, 4]))
    assert torch.equal(mixer.D, torch.ones(1024))
    steps = functional.softplus(mixer.dt_proj.bias).log10()
    assert -3 <= steps.min() < -2.97
    assert -1.03 < steps.max() <= -1
    assert abs(steps.mean() + 2) < 0.1


@pytest.mark.parametrize("mixer", ["mixer", "block with heads"])
def test_a_step_does_not_see_later_ones(mixer: str) -> None:
    model = MIXERS[mixer]()
    x = torch.randn(1, 100, 4)
    before = model(x)
    x[:, 65:] += 1
    after = model(x)
    torch.testing.assert_close(after[:, :65], before[:, :65])
    assert not torch.allclose(after[:, 65:], before[:, 65:])


def test_long_decays_and_large_inputs_stay_finite() -> None:
    model = MambaMixer(4, d_state=3)
    nn.init.constant_(model.dt_proj.bias, 1e4)
    x = (1e3 * torch.randn(1, 130, 4)).requires_grad_()
    model(x).sum().backward()
    assert x.grad.isfinite().all()
    assert all(p.grad.isfinite().all() for p in model.parameters())


def test_heads_must_divide_the_channels() -> None:
    with pytest.raises(ValueError, match="expand \\* dim = 8 is not a multiple of 3"):
        MambaBlock(4, num_heads=3)
