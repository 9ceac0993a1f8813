"""What the library's own modules take, against the loops that they stand for."""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import torch
from memory import keep_memory
from torch import Tensor, nn
from torch.nn import functional

from neuroscript.primitives import (
    HCDepth,
    HCWidth,
    MambaBlock,
    MambaMixer,
    ManifoldHyperConnect,
    MoEFFN,
    MoERouter,
    Retention,
    SigmoidMoERouter,
    SwitchFFN,
    linear_scan,
)


@dataclass
class Pair:
    """A module and a loop that gives the same, what both are given, and the seconds they took."""

    name: str
    ours: Callable[..., Any]
    loop: Callable[..., Any]
    inputs: tuple[Tensor, ...]
    forward: list[tuple[float, float]] = field(default_factory=list)
    both: list[tuple[float, float]] = field(default_factory=list)

    def check(self) -> None:
        with torch.no_grad():
            for ours, theirs in zip(
                outputs(self.ours(*self.inputs)), outputs(self.loop(*self.inputs)), strict=False
            ):
                torch.testing.assert_close(ours, theirs, rtol=1e-3, atol=1e-4)

    def run(self, runs: int) -> None:
        """Once each to warm up, then in turn."""
        for turn in range(runs + 1):
            forward = seconds(self.ours, self.inputs), seconds(self.loop, self.inputs)
            both = seconds(self.ours, self.inputs, True), seconds(self.loop, self.inputs, True)
            if turn:
                self.forward.append(forward)
                self.both.append(both)


def outputs(made: Any) -> tuple[Tensor, ...]:
    return made if isinstance(made, tuple) else (made,)


def seconds(call: Callable[..., Any], inputs: tuple[Tensor, ...], backward: bool = False) -> float:
    """CPU seconds of one call, which other processes disturb less than the clock."""
    inputs = tuple(x.detach().requires_grad_(backward) for x in inputs)
    start = time.process_time()
    with torch.set_grad_enabled(backward):
        made = outputs(call(*inputs))
        if backward:
            torch.stack([x.square().mean() for x in made]).sum().backward()
    return time.process_time() - start


def scan_loop(log_a: Tensor, b: Tensor) -> Tensor:
    h, states = torch.zeros_like(b[:, 0]), []
    for step, term in zip(log_a.unbind(1), b.unbind(1), strict=True):
        h = step.exp() * h + term
        states.append(h)
    return torch.stack(states, 1)


def mamba_loop(mixer: nn.Module) -> Callable[[Tensor], Tensor]:
    """One step after the other, with everything else as it is."""

    def run(x: Tensor) -> Tensor:
        u, z = mixer.in_proj(x).chunk(2, -1)
        u = mixer.conv1d(u.transpose(1, 2))[..., : x.shape[1]].transpose(1, 2)
        u = functional.silu(u)
        dt, b, c = mixer.x_proj(u).split(mixer.sizes, -1)
        delta = functional.softplus(mixer.dt_proj(dt))
        a = -mixer.A_log.exp().repeat_interleave(u.shape[-1] // mixer.A_log.shape[0], 0)
        decay = (delta.unsqueeze(-1) * a).exp()
        terms = (delta * u).unsqueeze(-1) * b.unsqueeze(-2)
        h, rows = torch.zeros_like(terms[:, 0]), []
        for step, term, to in zip(decay.unbind(1), terms.unbind(1), c.unbind(1), strict=True):
            h = step * h + term
            rows.append((h @ to.unsqueeze(-1)).squeeze(-1))
        y = torch.stack(rows, 1) + mixer.D * u
        if isinstance(mixer, MambaBlock):
            y = mixer.norm(y)
        return mixer.out_proj(y * functional.silu(z))

    return run


def retention_loop(heads: int) -> Callable[..., Tensor]:
    def run(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
        decay = 1 - 2.0 ** -torch.arange(5, 5 + heads)[:, None, None]
        q, k, v = (x.unflatten(-1, (heads, -1)).unbind(1) for x in (query, key, value))
        state, rows = torch.zeros(1), []
        for now, past, new in zip(q, k, v, strict=True):
            state = decay * state + past.unsqueeze(-1) * new.unsqueeze(-2)
            rows.append((now.unsqueeze(-2) @ state).flatten(1) / q[0].shape[-1] ** 0.5)
        return torch.stack(rows, 1)

    return run


def experts_loop(router: Any) -> Callable[[Tensor], Tensor]:
    """Expert after expert, each with the tokens that chose it."""

    def run(x: Tensor) -> Tensor:
        tokens = x.flatten(0, -2)
        chosen, weight = router.choice(router.probabilities(router.gate(tokens)))
        out = torch.zeros_like(tokens)
        for number in range(router.num_experts):
            token, place = (chosen == number).nonzero(as_tuple=True)
            hidden = tokens[token] @ router.experts.up[number].t()
            if router.experts.gated:
                gate, value = hidden.chunk(2, -1)
                hidden = functional.silu(gate) * value
            else:
                hidden = functional.silu(hidden)
            made = hidden @ router.experts.out[number].t()
            out = out.index_add(0, token, made * weight[token, place].unsqueeze(-1))
        return out.view_as(x)

    return run


def width_loop(width: Any) -> Callable[[Tensor], tuple[Tensor, Tensor]]:
    def run(x: Tensor) -> tuple[Tensor, Tensor]:
        n = x.shape[-2]
        alpha = width.alpha(x.mean(-2)).tanh().unflatten(-1, (n + 1, n))
        rows = [sum(alpha[..., i, j, None] * x[..., j, :] for j in range(n)) for i in range(n + 1)]
        return rows[0], torch.stack(rows[1:], -2)

    return run


def depth_loop(depth: Any) -> Callable[[Tensor, Tensor], Tensor]:
    def run(layer_out: Tensor, state: Tensor) -> Tensor:
        beta = depth.beta(layer_out).tanh()
        n = state.shape[-2]
        rows = [state[..., i, :] + beta[..., i, None] * layer_out for i in range(n)]
        return torch.stack(rows, -2)

    return run


def manifold_loop(connect: Any) -> Callable[[Tensor], Tensor]:
    def run(x: Tensor) -> Tensor:
        n = x.shape[-2]
        pre, post, mix = connect.logits(x)
        pre, post, mix = pre.sigmoid(), 2 * post.sigmoid(), mix.exp()
        for _ in range(connect.sinkhorn_iters):
            mix = mix / mix.sum(-1, keepdim=True)
            mix = mix / mix.sum(-2, keepdim=True)
        out = connect.layer(sum(pre[..., j, None] * x[..., j, :] for j in range(n)))
        rows = [
            sum(mix[..., i, j, None] * x[..., j, :] for j in range(n)) + post[..., i, None] * out
            for i in range(n)
        ]
        return torch.stack(rows, -2)

    return run


def pairs() -> list[Pair]:
    torch.manual_seed(0)
    x, streams = torch.randn(4, 256, 128), torch.randn(4, 256, 4, 128)
    decay = -torch.rand(4, 256, 256)
    mixer, block = MambaMixer(128), MambaBlock(128, d_state=16, num_heads=4)
    mixtures = {
        "`MoERouter`": MoERouter(128, 16, 2, 128),
        "`SigmoidMoERouter`": SigmoidMoERouter(128, 16, 2, 128).eval(),
        "`MoEFFN`": MoEFFN(128, 16, 2, 128),
        "`SwitchFFN`": SwitchFFN(128, 16, 128),
    }
    width, depth = HCWidth(4, 128, 0), HCDepth(4, 128)
    manifold = ManifoldHyperConnect(nn.Linear(128, 128), 4, 128, 0)
    return [
        Pair("`linear_scan`", linear_scan, scan_loop, (decay, torch.randn(4, 256, 256))),
        Pair("`MambaMixer`", mixer, mamba_loop(mixer), (x,)),
        Pair("`MambaBlock`", block, mamba_loop(block), (x,)),
        Pair("`Retention`", Retention(4), retention_loop(4), (x, x, x)),
        *(Pair(name, module, experts_loop(module), (x,)) for name, module in mixtures.items()),
        Pair("`HCWidth`", width, width_loop(width), (streams,)),
        Pair("`HCDepth`", depth, depth_loop(depth), (x, streams)),
        Pair("`ManifoldHyperConnect`", manifold, manifold_loop(manifold), (streams,)),
    ]


def library(runs: int) -> str:
    """A table: milliseconds of each as medians, and the median of how often ours fits into them."""
    torch.set_num_threads(1)
    keep_memory()
    head = ["", "forward, ms", "the loop", "ratio", "with backward, ms", "the loop", "ratio"]
    rows = [head, ["---"] * len(head)]
    for pair in pairs():
        pair.check()
        pair.run(runs)
        row = [pair.name]
        for times in (pair.forward, pair.both):
            ours, loop = (statistics.median(column) for column in zip(*times, strict=True))
            ratio = statistics.median(theirs / mine for mine, theirs in times)
            row += [f"{1e3 * ours:.1f}", f"{1e3 * loop:.1f}", f"{ratio:.2f}"]
        rows.append(row)
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--runs", type=int, default=7, help="counted runs of each (7)")
    print(library(arguments.parse_args().runs))
