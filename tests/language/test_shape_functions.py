"""What each shape function makes of sizes, ranks and arguments, known or not."""

from __future__ import annotations

import pytest

from neuroscript.language import check_text


def result(inputs: str, call: str) -> list[str]:
    """The shapes that come out, or the codes of what is wrong.

    `inputs` are the shapes that arrive; capital letters in them and in the call are parameters.
    """
    shapes = inputs.split(" + ")
    ports = "".join(f"    in i{k}: {shape}\n" for k, shape in enumerate(shapes))
    names = ", ".join(f"i{k}" for k in range(len(shapes)))
    capitals = [letter for letter in "HKN" if letter in inputs + call.partition("(")[2]]
    params = f"({', '.join(capitals)})" if capitals else ""
    start = f"({names})" if len(shapes) > 1 else names
    step = call if "->" in call else f"{call} -> out"
    outs = "    out: [*]\n"
    if "(" in step.rpartition("->")[2]:
        outs = "".join(f"    out {name}: [*]\n" for name in ("a", "b", "c"))
    checked = check_text(f"neuron A{params}:\n{ports}{outs}    graph: {start} -> {step}\n")
    if checked.has_errors:
        return [d.code for d in checked.diagnostics if d.severity == "error"]
    return [f"[{', '.join(map(str, port.shape))}]" for port in checked.signature().outputs]


@pytest.mark.parametrize(
    ("inputs", "call", "expected"),
    [
        # windows: floor((n + 2p - d(k-1) - 1)/s) + 1
        ("[b, 3, 32, 30]", "Conv2d(3, 8, 3)", "[b, 8, 30, 28]"),
        ("[b, 3, 32, 30]", "Conv2d(3, 8, 3, stride=2, padding=1)", "[b, 8, 16, 15]"),
        ("[b, 3, 32, 30]", "Conv2d(3, 8, [3, 5])", "[b, 8, 30, 26]"),
        ("[b, 3, 32, 30]", "Conv2d(3, 8, 3, dilation=2)", "[b, 8, 28, 26]"),
        ("[b, 3, 32, 30]", 'Conv2d(3, 8, 3, padding="same")', "[b, 8, 32, 30]"),
        ("[b, 3, h, w]", "Conv2d(3, 8, 3, padding=1)", "[b, 8, h, w]"),
        ("[b, 3, h, w]", "Conv2d(3, 8, 3)", "[b, 8, h - 2, w - 2]"),
        ("[b, 3, 9]", "Conv1d(3, 8, 4)", "[b, 8, 6]"),
        ("[b, 3, 9, 9, 9]", "Conv3d(3, 8, 3)", "[b, 8, 7, 7, 7]"),
        ("[b, 8, 10, 10]", "MaxPool2d(2)", "[b, 8, 5, 5]"),
        ("[b, 8, 9, 9]", "MaxPool2d(2, ceil_mode=true)", "[b, 8, 5, 5]"),
        ("[b, 8, 9, 9]", "AvgPool2d(3, stride=2)", "[b, 8, 4, 4]"),
        ("[b, 8, 9]", "MaxPool1d(3)", "[b, 8, 3]"),
        ("[b, 8, 9, 9]", "AdaptiveAvgPool([2, 3])", "[b, 8, 2, 3]"),
        ("[b, 8, 9, 9]", "AdaptiveAvgPool(1)", "[b, 8, 1, 1]"),
        ("[b, 8, 9, 9]", "GlobalAvgPool()", "[b, 8, 1, 1]"),
        ("[b, 8, 9, 9]", "GlobalAvgPool(keepdim=false)", "[b, 8]"),
        ("[b, 3, 2, 9]", "Conv2d(3, 8, 3)", "NS306"),
        ("[b, 3, 9, 9]", "Conv2d(3, 8, [3, 3, 3])", "NS314"),
        ("[b, 3, 9, 9]", "Conv2d(3, 8, 3, groups=2)", "NS314"),
        ("[b, 3, 9, 9]", "Conv2d(3, 8, 3, stride=0)", "NS314"),
        ("[b, 3, 9, 9]", 'Conv2d(3, 8, 3, stride=2, padding="same")', "NS314"),
        ("[b, 8, 9, 9]", "MaxPool2d(2, padding=2)", "NS314"),
        ("[b, 8]", "GlobalAvgPool()", "NS314"),
        # the way back: (n - 1)s - 2p + d(k - 1) + output_padding + 1
        ("[b, 3, 9]", "ConvTranspose1d(3, 8, 3, stride=2)", "[b, 8, 19]"),
        ("[b, 3, h, w]", "TransposedConv(3, 8, 2, stride=2)", "[b, 8, 2*h, 2*w]"),
        ("[b, 3, 9, 9]", "TransposedConv(3, 8, 3, stride=2, output_padding=1)", "[b, 8, 20, 20]"),
        ("[b, 3, 9]", "ConvTranspose1d(3, 8, 3, output_padding=1, dilation=2)", "[b, 8, 14]"),
        ("[b, 3, 9]", "ConvTranspose1d(3, 8, 3, output_padding=1)", "NS314"),
        ("[b, 3, 9]", "ConvTranspose1d(3, 8, 3, stride=2, output_padding=2)", "NS314"),
        ("[b, 3, 9]", "ConvTranspose1d(3, 8, 3, stride=N, output_padding=2)", "[b, 8, 8*N + 5]"),
        ("[b, 3, 9]", "ConvTranspose1d(3, 8, 3, stride=2, output_padding=-1)", "NS314"),
        ("[b, 3, 9]", "ConvTranspose1d(3, 8, 0)", "NS314"),
        ("[b, 3, 9]", "ConvTranspose1d(3, 8, 3, stride=0)", "NS314"),
        ("[b, 3, 9]", "ConvTranspose1d(3, 8, 3, padding=-1)", "NS314"),
        ("[b, 3, 9]", "ConvTranspose1d(3, 8, 3, dilation=0)", "NS314"),
        ("[b, 3, 9]", "ConvTranspose1d(3, 8, 3, groups=2)", "NS314"),
        ("[b, 3, 9]", "ConvTranspose1d(3, 8, 3, padding=11)", "NS306"),
        # layout
        ("[b, 3, 4, 5]", "Flatten()", "[b, 60]"),
        ("[b, 3, 4, 5]", "Flatten(0, 1)", "[3*b, 4, 5]"),
        ("[b, 3, 4, 5]", "Flatten(2, 1)", "NS314"),
        ("[b, 3]", "Flatten(2)", "NS314"),
        ("[*s, 3]", "Flatten()", "[*?]"),
        ("[b, *s, 3]", "Flatten(1, -2)", "[b, ?, 3]"),
        ("[b, 3, 4]", "Transpose()", "[b, 4, 3]"),
        ("[b, 3, 4]", "Transpose(0, 1)", "[3, b, 4]"),
        ("[b, 3, 4]", "Transpose([2, 0, 1])", "[4, b, 3]"),
        ("[b, 3, 4]", "Transpose([2, 0, 0])", "NS314"),
        ("[b, 3, 4]", "Transpose([2, 0])", "NS314"),
        ("[b, 3, 4]", "Transpose(0, 3)", "NS314"),
        ("[b, 12]", "Reshape([-1, 3, 4])", "[b, 3, 4]"),
        ("[6, 4]", "Reshape([3, 8])", "[3, 8]"),
        ("[6, 4]", "Reshape([3, -1])", "[3, 8]"),
        ("[6, 4]", "Reshape([3, 7])", "NS309"),
        ("[6, 4]", "Reshape([5, -1])", "NS309"),
        ("[6, 4]", "Reshape([-1, -1])", "NS314"),
        ("[6, 4]", "Reshape([0, 24])", "NS314"),
        ("[*s]", "Reshape([-1, 3])", "[?, 3]"),
        # parts
        ("[b, 9]", "Slice(1, 2, 5)", "[b, 3]"),
        ("[b, 9]", "Slice(1, 2)", "[b, 7]"),
        ("[b, 9]", "Slice(1, 2, 20)", "[b, 7]"),
        ("[b, 9]", "Slice(1, -3, -1)", "[b, 3]"),
        ("[b, 9]", "Slice(1, 0, 9, 2)", "[b, 5]"),
        ("[b, n]", "Slice(1, 2, -1)", "[b, n - 2]"),
        ("[b, n]", "Slice(1, 0, 1)", "[b, 1]"),
        ("[b, 9]", "Slice(1, 5, 2)", "NS306"),
        ("[b, 9]", "Slice(2, 0, 1)", "NS314"),
        ("[b, 9]", "Slice(1, 0, 9, 0)", "NS314"),
        ("[b, 9]", "Split(3) -> (a, b, c)", "[b, 3] [b, 3] [b, 3]"),
        ("[b, 10]", "Split(3) -> (a, b, c)", "NS509"),
        ("[*s]", "Split(3) -> (a, b, c)", "[*?] [*?] [*?]"),
        ("[b, 9]", "SplitSizes([2, 3, 4]) -> (a, b, c)", "[b, 2] [b, 3] [b, 4]"),
        ("[b, 9, 9]", "Pad([1, 2])", "[b, 9, 12]"),
        ("[b, 9, 9]", "Pad([1, 2, 3, 4])", "[b, 16, 12]"),
        ("[b, 9, 9]", "Pad([1])", "NS314"),
        ("[b, 3, 9, 9]", "Crop(4, 5)", "[b, 3, 4, 5]"),
        # several tensors
        ("[b, 3] + [b, 4]", "Concat(1)", "[b, 7]"),
        ("[b, 3] + [b, 3]", "Concat(0)", "[2*b, 3]"),
        ("[*s, 3] + [*s, 4]", "Concat()", "[*s, 7]"),
        ("[b, 3] + [b, 3]", "Concat(2)", "NS314"),
        ("[b, 3] + [b, 3, 4]", "Concat(1)", "NS314"),
        ("[4, 3] + [5, 3]", "Concat(1)", "NS307"),
        ("[b, 3] + [b, 3]", "Add()", "[b, 3]"),
        ("[b, 3] + [3]", "Add()", "[b, 3]"),
        ("[b, 1, 4] + [b, 3, 1]", "Multiply()", "[b, 3, 4]"),
        ("[*s, 3] + [3]", "Add()", "[*s, 3]"),
        ("[*s, 3] + [*s, 3]", "Add()", "[*s, 3]"),
        ("[b, 3] + [b, 4]", "Add()", "NS307"),
        ("[b, 3] + [c, 3]", "Add()", "NS307"),
        ("[*s, 3] + [*s, 4]", "Add()", "NS307"),
        ("[*s, 3] + [*t, 3]", "Add()", "NS307"),
        ("[b, n, 3] + [b, 3, m]", "MatMul()", "[b, n, m]"),
        ("[h, b, n, 3] + [3, m]", "MatMul()", "[h, b, n, m]"),
        ("[b, n, 3] + [b, 4, m]", "MatMul()", "NS301"),
        ("[b, n, 3] + [b, 3, m]", 'Einsum("bij,bjk->bik")', "[b, n, m]"),
        # groups
        ("[b, 6, 4]", "GroupNorm(3, 6)", "[b, 6, 4]"),
        ("[b, 6, 4]", "GroupNorm(4, 6)", "NS509"),
        ("[b, 6]", "Softmax(1)", "[b, 6]"),
        ("[b, 6]", "Softmax(2)", "NS314"),
    ],
)
def test_a_shape(inputs: str, call: str, expected: str) -> None:
    assert " ".join(result(inputs, call)) == expected
