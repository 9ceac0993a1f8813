"""A short run of the fuzzer, and what longer ones have found."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

from neuroscript.language import check_text


def module(name: str) -> ModuleType:
    """A script beside this file."""
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    assert spec
    assert spec.loader
    loaded = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


mutate = module("mutate")
fuzz = module("fuzz")

NEURON = "neuron A(n=2, o=ELU):\n    in: [b, n]\n    out: [b, n]\n"
LAYERS = NEURON + "    context:\n        layers = unroll(n) as i:\n            a = Linear(n, n)\n"

FINDINGS = {
    "rounds inside rounds of the same name": (
        "neuron G:\n    in: [*, 8]\n    out: [*, 8]\n    context:\n        a = unroll(2):\n"
        "            a = unroll(3):\n                b = Linear(8, 8)\n                a = GELU()\n"
        "    graph:\n        in -> a -> a[0] -> out\n",
        set(),
    ),
    "a run that would be itself and more": (
        "neuron G(layer: Neuron, n, dim):\n    in: [*batch, n, dim]\n    out: [*batch, n, dim]\n"
        "    graph:\n        in -> layer -> after\n"
        "        (after, after) -> HCDepth(n, dim) -> out\n",
        {"NS302"},
    ),
    "a size that fills a line": (
        "neuron G:\n    in: [n]\n    out: [*]\n    graph:\n"
        f"        Parameter([{'9' * 80}], value=1.0) -> b\n        (in, b) -> Add() -> out\n",
        set(),
    ),
    "entries by the hundred": (
        "neuron G(h=2):\n    in: [b, s, d]\n    out: [*]\n"
        f"    graph: in => [b, {'s, ' * 200}h, e=d/h] -> out\n",
        {"NS112"},
    ),
    "a guard over a size of the input": (
        "neuron Fit(layer: Neuron, m=64):\n    in: [batch, dim]\n    out: [h, m]\n"
        "    graph: in -> match(layer):\n"
        "        in [*, d] -> out [*, e] where d < batch: Linear(dim, d) -> layer -> Linear(e, m)\n"
        "        in [*, d] -> out [*, e]: Linear(dim, d) -> layer -> Linear(e, m)\n"
        "neuron Net:\n    in: [a, 64]\n    out: [a, 64]\n"
        "    graph: in -> Fit(Linear(6, 2)) -> out\n",
        set(),
    ),
    "no heads of keys": (
        "neuron G:\n    in query: [batch, 6, q, 4]\n    in key: [batch, 0, q, 4]\n    out: [*]\n"
        "    graph: (query, key, key) -> ScaledDotProductAttention(4) -> out\n",
        {"NS305", "NS314"},
    ),
    "parameters that default to each other": (
        "neuron G(Add=Add, c=d, d=c):\n    in: [a]\n    out: [a]\n    graph: in -> ReLU() -> out\n",
        {"NS202"},
    ),
    "a host with other parameters": (
        "neuron C:\n    in: [*]\n    out: [*]\n    impl: core,CausalConv1d\n", set(),
    ),
    "a host that is wiring": (
        "neuron C(q):\n    in: [*]\n    out: [*]\n    impl: core,Flatten\n", {"NS605"},
    ),
    "a module that is a keyword": (
        "neuron C:\n    in: [*]\n    out: [*]\n    impl: torch,is/U\n", {"NS605"},
    ),
    "many signs": (NEURON + f"    graph: in -> Dropout({'-' * 400}1) -> out\n", {"NS112"}),
    "an aggregate in itself": (
        NEURON
        + "    context:\n        a = unroll(2):\n            c = unroll(2):\n"
        "                x = a\n"
        "    graph: in -> a -> out\n",
        {"NS202"},
    ),
    "an aggregate that calls itself": (
        NEURON + "    context:\n        a = unroll(2):\n            x = a(Linear(n, n))\n"
        "    graph: in -> a -> out\n",
        {"NS201"},
    ),
    "aggregates that need each other": (
        NEURON + "    context:\n        a = unroll(2):\n            x = c\n        c = unroll(2):\n"
        "            x = a\n    graph: in -> a -> out\n",
        {"NS214"},
    ),
    "a permutation of too many axes": (
        "neuron N:\n    in: [3]\n    out: [3]\n    graph: in -> Transpose([0, 1]) -> out\n",
        {"NS314"},
    ),
    "a declared quotient that cannot be exact": (
        "neuron D:\n    in: [b, s]\n    out: [b, n, n / 3]\n"
        "    graph: in => @repeat(copy) [b, 4, s] -> out\n",
        {"NS303"},
    ),
    "an output that only a branch never taken writes": (
        "neuron A(n=2):\n    in: []\n    out: []\n    graph:\n        in -> if false and n > 2:\n"
        "            -> out\n",
        {"NS405"},
    ),
    "an index that is a neuron": (LAYERS + "    graph: in -> layers[layers] -> out\n", {"NS506"}),
    "an index that is a fraction": (LAYERS + "    graph: in -> layers[0.5] -> out\n", {"NS506"}),
    "a variadic port beside another": (
        "neuron Sum(m):\n    in *s: [h, m]\n    in b: [h, 3]\n    out: [h]\n"
        "    graph:\n        b -> if m > 1: Sum(3)\n        -> out\n",
        {"NS207", "NS501"},
    ),
    "a size in a list for a source": (
        "neuron A:\n    in: [b, n]\n    out: [*]\n    graph:\n        Parameter([n]) -> p\n"
        "        (in, p) -> Add() -> out\n",
        {"NS404"},
    ),
    "a parameter of a host that is a keyword": (
        "neuron D(with=false):\n    in: [*s]\n    out: [*s]\n    impl: torch,nn/Dropout\n", set(),
    ),
    "a size times a global": (
        "@global ratio = 4\nneuron A:\n    in: [*, dim]\n    out: [*, dim]\n"
        "    graph: in -> Linear(dim, ratio * dim) -> Linear(ratio * dim, dim) -> out\n",
        set(),
    ),
    "a size in a binding": (
        "neuron A:\n    in: [b, f]\n    out: [b, 4]\n    context:\n        l = Linear(f, 4)\n"
        "    graph: in -> l -> out\n",
        {"NS404"},
    ),
    "a size in what is frozen": (
        "neuron A:\n    in: [b, f]\n    out: [b, f]\n"
        "    graph: in -> Freeze(Linear(f, f)) -> out\n",
        {"NS404"},
    ),
    "a size that 300 others are equal to": (
        "neuron A:\n    in: [*s]\n    out: [*s]\n    graph:\n        in -> match:\n"
        f"            [b, {'n, ' * 300}d]: Identity()\n            [*r]: Identity()\n"
        "        -> out\n",
        set(),
    ),
    "a neuron in a list": (
        "neuron A:\n    in: [b, 4]\n    out: [*]\n    graph:\n        Parameter([Linear]) -> p\n"
        "        (in, p) -> Add() -> out\n",
        {"NS506"},
    ),
    "a branch that is never taken": (
        "neuron A:\n    in: [b, 4]\n    out: [b]\n    graph:\n"
        "        in -> if true: => @reduce(mean) [b]\n        else: => @reduce(max) []\n"
        "        -> out\n",
        set(),
    ),
    "a size for a neuron that reduces": (
        "neuron A:\n    in: [b, n, d]\n    out: [b, d]\n"
        "    graph: in => @reduce(Pool(d)) [b, d] -> out\n"
        "neuron Pool(k):\n    in: [b, n, k]\n    out: [b, k]\n"
        "    graph: in -> Linear(k, k) => @reduce(mean) [b, k] -> out\n",
        {"NS404"},
    ),
    "a size for a Neuron parameter": (
        "neuron A(p: Neuron):\n    in: [*, d]\n    out: [*]\n    graph: in -> p(d, d) -> out\n",
        {"NS404"},
    ),
    "one output of what is applied": (
        "neuron A(p: Neuron=ELU):\n    in: [3]\n    out: [*]\n    graph: in -> p.0 -> out\n",
        {"NS210"},
    ),
    "a neuron as a size": (
        "neuron A(p: Neuron=ELU):\n    in: [b, s]\n    out: [*]\n"
        "    graph: in => [c = p, others] -> out\n",
        {"NS305"},
    ),
    "a neuron as a size of a port": (
        "neuron A(p: Neuron=ELU):\n    in: [b, p]\n    out: [*]\n    graph: in -> p -> out\n",
        {"NS305"},
    ),
    "a neuron for a parameter of a Neuron parameter": (
        "neuron A(p: Neuron):\n    in: [3]\n    out: [*]\n    graph: in -> p(s=Linear) -> out\n",
        set(),
    ),
    "a NUL in a default": (
        "neuron D(w=`\0`):\n    in: [*s]\n    out: [*s]\n    impl: torch,nn/ReLU\n", set(),
    ),
    "a global of an unknown name": (
        "@global w = n / 4\nneuron A:\n    in: [b, 4]\n    out: [*]\n"
        "    graph: in -> Linear(w, w) -> out\n",
        {"NS202"},
    ),
    "a default of an unknown global": (
        "neuron R(i=@global e):\n    in: [*s]\n    out: [*s]\n    impl: torch,nn/ReLU\n", {"NS202"},
    ),
    "a default of an unknown neuron": (
        "neuron R(i=p()):\n    in: [*s]\n    out: [*s]\n    impl: torch,nn/ReLU\n", {"NS201"},
    ),
    "a default of a member": (
        "@global g = 3\nneuron R(i=g[0]):\n    in: [*s]\n    out: [*s]\n    impl: torch,nn/ReLU\n",
        {"NS216"},
    ),
    "a global that freezes nothing": (
        "@global g = Freeze()\nneuron A:\n    in: [*s]\n    out: [*s]\n    graph: in -> g -> out\n",
        {"NS504"},
    ),
    "a size that is a global decides": (
        "@global e = 3\nneuron A(k=4):\n    in: [*, e]\n    out: [*, 4]\n    context:\n"
        "        m = if k > e: Linear(e, 4) else: Linear(3, 4)\n    graph: in -> m -> out\n",
        set(),
    ),
    "a NUL in a string": (
        'neuron S:\n    in: [*]\n    out: [*]\n    impl: external(module="a", name="\0")\n',
        {"NS605"},
    ),
}  # fmt: skip


@pytest.mark.parametrize(("text", "codes"), FINDINGS.values(), ids=FINDINGS)
def test_what_a_run_has_found(text: str, codes: set[str]) -> None:
    assert fuzz.answer(text) is None
    errors = {d.code for d in check_text(text).diagnostics if d.severity == "error"}
    assert codes <= errors
    assert bool(errors) == bool(codes)


def test_a_short_run_finds_nothing() -> None:
    found: list[object] = []
    fuzz.fuzz(0, range(2000), found.append)
    assert not found


def test_the_fuzzer_sees_what_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    """A crash and an endless loop in the compiler are findings, and a crash is made small."""
    text = "neuron A:\n    in: [n]\n    out: [n]\n    graph: in -> GELU() -> out\n"

    def crash(text: str, name: str) -> object:
        if "GELU" in text:
            raise KeyError(text)
        return check_text(text, name)

    monkeypatch.setattr(fuzz, "check_text", crash)
    kind = fuzz.judge(text)
    assert kind.startswith("KeyError")
    assert fuzz.shrink(text, kind) == "GELU"

    def hang(text: str, name: str) -> None:
        while True:
            pass

    monkeypatch.setattr(fuzz, "check_text", hang)
    monkeypatch.setattr(fuzz, "LIMIT", 0.1)
    assert fuzz.judge(text) == "slow"


@pytest.mark.parametrize(
    "python",
    ["import os\nos.system('x')\ntry:\n    pass\nexcept E:\n    pass", "x = eval('1')", "print(y)"],
)
def test_the_fuzzer_sees_python_that_does_not_belong_there(python: str) -> None:
    with pytest.raises(fuzz.Wrong):
        fuzz.inspect_code(python)
