"""Blocks of the library held to their equations, written out plainly."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.nn import functional

from neuroscript.codegen import build, emit
from neuroscript.language import check_text


def made(call: str, *inputs: torch.Tensor) -> nn.Module:
    """The neuron of a call, its weights random, for inputs like these."""
    ports = "".join(f"    in x{i}: {list(x.shape)}\n" for i, x in enumerate(inputs))
    given = ", ".join(f"x{i}" for i in range(len(inputs)))
    given = f"({given})" if len(inputs) > 1 else given
    context = f"    context:\n        block = {call}\n"
    checked = check_text(
        f"neuron Net:\n{ports}    out: [*]\n{context}    graph: {given} -> block -> out\n"
    )
    assert not checked.diagnostics
    torch.manual_seed(0)
    block: nn.Module = build(emit(checked)).Net().block.eval()
    for parameter in block.parameters():
        nn.init.normal_(parameter, std=0.5)
    return block


def rows(*shape: int) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(1))


def attended(
    query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, seen: torch.Tensor
) -> torch.Tensor:
    """Attention of one head: [seq, e], [seq, e], [seq, v] to [seq, v]."""
    scores = query @ key.T / query.shape[-1] ** 0.5
    return scores.masked_fill(~seen, float("-inf")).softmax(-1) @ value


def test_heads_share_keys_in_consecutive_groups_and_see_a_window() -> None:
    x = rows(7, 8)
    block = made("MultiHeadSelfAttention(8, 4, causal=true, num_kv_heads=2, window=3)", x)
    q, k, v = block.qkv(x).split([8, 4, 4], -1)
    distance = torch.arange(7).unsqueeze(-1) - torch.arange(7)
    seen = (distance >= 0) & (distance < 3)
    heads = []
    for head in range(4):
        own = slice(2 * head, 2 * head + 2)
        shared = slice(2 * (head // 2), 2 * (head // 2) + 2)
        heads.append(attended(q[:, own], k[:, shared], v[:, shared], seen))
    torch.testing.assert_close(block(x), block.out(torch.cat(heads, -1)))


@pytest.mark.parametrize("q_rank", [5, 0])
@pytest.mark.parametrize("rope_dim", [2, 0])
def test_latent_attention_shares_one_rotary_key(q_rank: int, rope_dim: int) -> None:
    x = rows(7, 8)
    call = f"MultiHeadLatentAttention(8, 2, 3, {q_rank}, 6, true, rope_dim={rope_dim})"
    block = made(call, x)
    latent = block.down_kv(x)
    key, value = block.up_k(latent), block.up_v(latent)
    asked = block.down_q(x) if q_rank else x
    query = block.up_q(asked) if q_rank else block.q(asked)
    seen = torch.ones(7, 7).tril().bool()
    heads = []
    for head in range(2):
        q, k = query[:, 4 * head : 4 * head + 4], key[:, 4 * head : 4 * head + 4]
        if rope_dim:
            part = block.q_rope(asked)[:, 2 * head : 2 * head + 2]
            turned = block.rotate(part, block.k_rope(x))
            q, k = torch.cat((q, turned[0]), -1), torch.cat((k, turned[1]), -1)
        heads.append(attended(q, k, value[:, 6 * head : 6 * head + 6], seen))
    torch.testing.assert_close(block(x), block.out(torch.cat(heads, -1)))


def test_rotary_attention_normalizes_before_it_turns() -> None:
    x = rows(7, 8)
    block = made("RotaryAttention(8, 4, 2, head_dim=6, qk_norm=true)", x)
    q, k, v = block.q(x), block.k(x), block.v(x)
    seen = torch.ones(7, 7).tril().bool()
    heads = []
    for head in range(4):
        own, shared = slice(6 * head, 6 * head + 6), slice(6 * (head // 2), 6 * (head // 2) + 6)
        query, key = block.rotate(block.q_norm(q[:, own]), block.k_norm(k[:, shared]))
        heads.append(attended(query, key, v[:, shared], seen))
    torch.testing.assert_close(block(x), block.out(torch.cat(heads, -1)))


@pytest.mark.parametrize("size", [(6, 8), (7, 8), (6, 9), (7, 9)])
def test_patches_are_merged_column_after_column(size: tuple[int, int]) -> None:
    x = rows(2, *size, 4)
    block = made("PatchMerging(4)", x)
    padded = functional.pad(x, (0, 0, 0, size[1] % 2, 0, size[0] % 2))
    parts = [padded[:, row::2, column::2] for column in (0, 1) for row in (0, 1)]
    torch.testing.assert_close(block(x), block.reduction(block.norm(torch.cat(parts, -1))))


def test_a_condition_shifts_scales_and_gates() -> None:
    x, cond = rows(2, 7, 8), rows(2, 3)
    block = made("DiTBlock(8, 4, 12, cond_dim=3)", x, cond)
    s1, t1, g1, s2, t2, g2 = block.modulation(functional.silu(cond)).unsqueeze(1).chunk(6, -1)
    normalized = functional.layer_norm(x, (8,), eps=1e-6)
    h = x + g1 * block.attn(normalized * (1 + s1) + t1)
    normalized = functional.layer_norm(h, (8,), eps=1e-6)
    hidden = functional.gelu(block.fc1(normalized * (1 + s2) + t2), approximate="tanh")
    torch.testing.assert_close(block(x, cond), h + g2 * block.fc2(hidden))


def test_a_condition_does_nothing_at_the_start() -> None:
    x, cond = rows(2, 7, 8), rows(2, 8)
    block = made("DiTBlock(8, 2, 16)", x, cond)
    nn.init.zeros_(block.modulation.weight)
    nn.init.zeros_(block.modulation.bias)
    torch.testing.assert_close(block(x, cond), x)


def test_a_time_is_added_to_each_channel() -> None:
    x, time = rows(2, 8, 5, 6), rows(2, 3)
    block = made("TimeResBlock(8, 4, 3, groups=2)", x, time)
    h = block.conv1(functional.silu(block.norm1(x)))
    h = h + block.proj(functional.silu(time))[:, :, None, None]
    h = block.conv2(functional.silu(block.norm2(h)))
    torch.testing.assert_close(block(x, time), h + block.shortcut(x))


@pytest.mark.parametrize("causal", [True, False])
def test_half_of_a_gated_convolution_is_the_gate(causal: bool) -> None:
    x = rows(2, 4, 9)
    block = made(f"WaveNetBlock(4, 3, 2, causal={str(causal).lower()})", x)
    weight, bias = block.conv.weight, block.conv.bias
    padded = functional.pad(x, (4, 0) if causal else (2, 2))
    f, g = functional.conv1d(padded, weight, bias, dilation=2).chunk(2, 1)
    torch.testing.assert_close(block(x), x + block.mix(f.tanh() * g.sigmoid()))


def test_channels_are_weighed_by_their_means() -> None:
    x = rows(2, 8, 5, 6)
    block = made("SEBlock(8, 4)", x)
    gate = block.excite(block.squeeze(x.mean((2, 3))).relu()).sigmoid()
    torch.testing.assert_close(block(x), x * gate[:, :, None, None])


@pytest.mark.parametrize(
    ("call", "names"),
    [
        ("ResNetBasicBlock(8)", {"conv1", "bn1", "conv2", "bn2"}),
        ("ResNetBasicBlock(8, stride=2)", {"conv1", "bn1", "conv2", "bn2", "down_conv", "down_bn"}),
        ("BottleneckBlock(8, 2)", {"conv1", "bn1", "conv2", "bn2", "conv3", "bn3"}),
    ],
)
def test_a_shortcut_is_built_where_the_shape_changes(call: str, names: set[str]) -> None:
    block = made(call, rows(2, 8, 9, 9))
    assert {key.partition(".")[0] for key in block.state_dict()} == names
    assert block.bn1.weight.shape == block.bn1.running_mean.shape


def test_weights_start_as_they_are_told_to() -> None:
    x = rows(2, 7, 64)
    checked = check_text(
        "neuron Net:\n    in: [batch, seq, 64]\n    out: [batch, seq, 64]\n    context:\n"
        "        block = LlamaBlock(64, 4, 2, 96, std=0.02, out_std=0.005)\n"
        "    graph: in -> block -> out\n"
    )
    block = build(emit(checked)).Net().block
    assert block(x).shape == x.shape
    for name, weight in block.named_parameters():
        if "norm" not in name:
            expected = 0.005 if ".out." in name else 0.02
            assert weight.std().item() == pytest.approx(expected, rel=0.1)
