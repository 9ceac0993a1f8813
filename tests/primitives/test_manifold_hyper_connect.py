"""Manifold-constrained hyper-connections against loops over the streams."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from neuroscript.primitives import ManifoldHyperConnect
from neuroscript.primitives.manifold_hyper_connect import sinkhorn


def stirred(connect: ManifoldHyperConnect) -> ManifoldHyperConnect:
    for parameter in connect.parameters():
        parameter.data.add_(0.3 * torch.randn_like(parameter))
    return connect.double()


def plainly(connect: ManifoldHyperConnect, x: Tensor) -> Tensor:
    """One position after the other, and one entry of each matrix after the other."""
    n, rows = connect.n, []
    for streams in x.flatten(0, -3):
        pre, post, mix = connect.pre, connect.post, connect.mix
        if connect.dynamic:
            flat = streams.flatten()
            r = flat / (flat.square().mean() + 1e-6).sqrt() * connect.norm.weight
            made = connect.phi.weight @ r
            pre = pre + connect.alpha[0] * made[:n]
            post = post + connect.alpha[1] * made[n : 2 * n]
            mix = mix + connect.alpha[2] * made[2 * n :].view(n, n)
        matrix = mix.exp()
        for _ in range(connect.sinkhorn_iters):
            matrix = torch.stack([row / row.sum() for row in matrix])
            matrix = torch.stack([column / column.sum() for column in matrix.t()]).t()
        out = connect.layer(sum(pre[j].sigmoid() * streams[j] for j in range(n)))
        rows.append(
            torch.stack(
                [
                    sum(matrix[i, j] * streams[j] for j in range(n)) + 2 * post[i].sigmoid() * out
                    for i in range(n)
                ]
            )
        )
    return torch.stack(rows).view_as(x)


@pytest.mark.parametrize("dynamic", [False, True])
@pytest.mark.parametrize("n", [1, 3])
def test_output_and_gradients_are_those_of_the_loops(n: int, dynamic: bool) -> None:
    connect = stirred(ManifoldHyperConnect(nn.Linear(4, 4), n, 4, 1, dynamic=dynamic))
    x = torch.randn(2, 3, n, 4, dtype=torch.float64, requires_grad=True)
    ours, theirs = connect(x), plainly(connect, x)
    torch.testing.assert_close(ours, theirs, rtol=1e-6, atol=1e-6)
    weight = torch.randn_like(ours)
    over = (x, *connect.parameters())
    for mine, other in zip(
        torch.autograd.grad(ours, over, weight),
        torch.autograd.grad(theirs, over, weight),
        strict=True,
    ):
        torch.testing.assert_close(mine, other, rtol=1e-5, atol=1e-6)


def test_at_the_start_it_says_what_its_biases_say() -> None:
    connect = ManifoldHyperConnect(nn.Linear(4, 4), 2, 4, layer_idx=3, alpha_init=0.5)
    assert torch.equal(connect.pre, torch.tensor([0.0, 1.0]))
    assert torch.equal(connect.post, torch.tensor([0.5, 0.5]))
    assert torch.equal(connect.mix, torch.eye(2))
    assert torch.equal(connect.alpha, torch.full((3,), 0.5))
    assert not connect.phi.weight.any()


def test_static_has_no_more_than_biases() -> None:
    connect = ManifoldHyperConnect(nn.Identity(), 2, 4, 0, dynamic=False)
    assert [name for name, _ in connect.named_parameters()] == ["pre", "post", "mix"]


def test_a_layer_may_be_built() -> None:
    given = nn.Linear(4, 4)
    assert ManifoldHyperConnect(given, 2, 4, 0).layer is given
    built = ManifoldHyperConnect(lambda: nn.Linear(4, 4), 2, 4, 0)
    assert isinstance(built.layer, nn.Linear)
    assert "layer.weight" in built.state_dict()


def test_the_mixture_keeps_the_sum_of_the_streams() -> None:
    connect = ManifoldHyperConnect(nn.Identity(), 3, 4, 0, sinkhorn_iters=100)
    connect.mix.data.normal_()
    connect.post.data.fill_(-1e4)
    x = torch.randn(5, 3, 4)
    torch.testing.assert_close(connect(x).sum(-2), x.sum(-2), rtol=1e-4, atol=1e-5)


def test_sinkhorn_is_doubly_stochastic() -> None:
    matrix = sinkhorn(torch.randn(4, 3, 3), 50)
    torch.testing.assert_close(matrix.sum(-2), torch.ones(4, 3), rtol=1e-4, atol=1e-4)
    torch.testing.assert_close(matrix.sum(-1), torch.ones(4, 3), rtol=1e-4, atol=1e-4)


def test_sinkhorn_does_not_overflow() -> None:
    logits = (1e4 * torch.randn(4, 3, 3)).requires_grad_()
    matrix = sinkhorn(logits, 20)
    matrix.square().sum().backward()
    assert matrix.isfinite().all()
    assert logits.grad.isfinite().all()
    shuffled = 500 * torch.eye(3)[[2, 0, 1]] + torch.randn(3, 3)
    torch.testing.assert_close(sinkhorn(shuffled, 20), torch.eye(3)[[2, 0, 1]])


def test_autocast_leaves_the_streams_in_float32() -> None:
    connect = stirred(ManifoldHyperConnect(nn.Linear(4, 4), 3, 4, 0)).float()
    x = torch.randn(5, 3, 4)
    with torch.autocast("cpu", torch.bfloat16):
        got = connect(x)
    assert got.dtype == torch.float32
    torch.testing.assert_close(got, connect(x), rtol=0.05, atol=0.05)
