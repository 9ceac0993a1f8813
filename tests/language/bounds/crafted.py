"""Programs made to keep a compiler busy, by name."""

from __future__ import annotations

HEAD = "neuron A(d=8, n=3):\n    in: [b, d]\n    out: [b, d]\n"
GRAPH = HEAD + "    graph: in -> "
PARTS = """neuron Twice(p: Neuron):
    in: [*s]
    out: [*s]
    graph: in -> p -> p -> out

neuron Pair(p: Neuron, q: Neuron):
    in: [*s]
    out: [*s]
    graph: in -> p -> q -> out

"""
RUN = "    in: [*s]\n    out: [*s]\n"


def chain(count: int, first: str, step: str) -> str:
    """`first`, then `step` with i and what comes before it, j."""
    later = (step.replace("{i}", str(i)).replace("{j}", str(i - 1)) for i in range(1, count))
    return first + "".join(later)


def crafted() -> dict[str, str]:
    """Each has to get an answer in time, whatever it is."""
    return {
        **nested(),
        **large_numbers(),
        **repeated(),
        **instantiated(),
        **matched(),
        **polynomials(),
        **long(),
        **garbage(),
        **mistaken(),
    }


def nested() -> dict[str, str]:
    deep = "".join("    " * (i + 2) + "in ->\n" for i in range(200))
    ifs = "".join("    " * (i + 3) + "if n > 0:\n" for i in range(90))
    return {
        "brackets": GRAPH + "Dropout(" + "(" * 10_000 + "1" + ")" * 10_000 + ") -> out\n",
        "open brackets": GRAPH + "Dropout(" + "(" * 100_000 + "\n",
        "lists": GRAPH + "Reshape(" + "[" * 10_000 + "1" + "]" * 10_000 + ") -> out\n",
        "calls": PARTS + GRAPH + "Twice(" * 10_000 + "GELU" + ")" * 10_000 + " -> out\n",
        "signs": GRAPH + "Dropout(" + "-" * 100_000 + "1) -> out\n",
        "nots": GRAPH + "if " + "not " * 100_000 + "true: GELU() -> out\n",
        "a long sum": GRAPH + "Dropout(" + "1+" * 100_000 + "1) -> out\n",
        "inline ifs": GRAPH + "if n > 0: " * 10_000 + "GELU() -> out\n",
        "blocks": HEAD + "    graph:\n" + deep,
        "ifs as deep as allowed": HEAD + "    graph:\n        in ->\n" + ifs + "    " * 93
        + "GELU()\n",
        "wraps": PARTS + GRAPH + "@wrap(Twice): " * 10_000 + "GELU -> out\n",
        "calls as deep as allowed": PARTS + GRAPH + "Twice(" * 90 + "GELU" + ")" * 90 + " -> out\n",
    }  # fmt: skip


def large_numbers() -> dict[str, str]:
    power = "@global g0 = 9\n" + chain(60, "", "@global g{i} = g{j} * g{j}\n")
    return {
        "an integer": GRAPH + "Linear(d, " + "9" * 900_000 + ") -> out\n",
        "a product": GRAPH + "Linear(d, " + "*".join(["9" * 900] * 190) + ") -> out\n",
        "a float": GRAPH + "Dropout(" + "9" * 900_000 + ".0e5) -> out\n",
        "an exponent": GRAPH + "Dropout(1e99999999) -> out\n",
        "powers": power + "neuron A:\n    in: [b, g59]\n    out: [b, g59]\n    graph: in -> out\n",
    }


def repeated() -> dict[str, str]:
    def unroll(*counts: int) -> str:
        lines = [
            "    " * (i + 2) + f"l{i} = unroll({count}) as i{i}:\n"
            for i, count in enumerate(counts)
        ]
        inner = "    " * (len(counts) + 2) + "a = Linear(d, d)\n"
        return HEAD + "    context:\n" + "".join(lines) + inner + "    graph: in -> l0 -> out\n"

    return {
        "10000 rounds": unroll(10_000),
        "10000 rounds of 10000": unroll(10_000, 10_000, 10_000),
        "64 rounds of 64": unroll(64, 64),
        "64 rounds of 64 of 64": unroll(64, 64, 64),
        "90 deep": unroll(*[10] * 90),
        "globals of globals": chain(100, "@global g0 = 1\n", "@global g{i} = g{j} + g{j}\n")
        + "neuron A:\n    in: [b, g99]\n    out: [b, g99]\n    graph: in -> out\n",
        "lists of lists": HEAD + "    context:\n        k0 = [1, 2]\n"
        + chain(60, "", "        k{i} = [k{j}, k{j}]\n") + "    graph: in -> Reshape(k59) -> out\n",
    }  # fmt: skip


def instantiated() -> dict[str, str]:
    """Neurons in neurons, each level with twice as many."""
    net = "neuron A:\n    in: [b, 8]\n    out: [b, 8]\n    graph: in -> {} -> out\n"
    takes = "neuron N0(p: Neuron):\n" + RUN + "    graph: in -> p -> out\n\n"
    pairs = (
        "neuron N{i}(p: Neuron):\n"
        + RUN
        + "    graph: in -> N{j}(Pair(p, p)) -> N{j}(Twice(p)) -> out\n\n"
    )
    plain = "neuron N0(d, k):\n    in: [b, d]\n    out: [b, d]\n"
    plain += "    graph: in -> Linear(d, d) -> out\n\n"
    numbered = (
        "neuron N{i}(d, k):\n    in: [b, d]\n    out: [b, d]\n"
        "    graph: in -> N{j}(d, 2 * k) -> N{j}(d, 2 * k + 1) -> out\n\n"
    )
    recursive = (
        "neuron T({}):\n" + RUN + "    graph:\n        in -> if n > 0: {}\n        -> out\n\n"
    )
    skip = "neuron Skip(p: Neuron):\n" + RUN + "    graph: in -> p -> out\n\n"
    return {
        "twice of twice": PARTS + net.format("Twice(" * 60 + "Linear(8, 8)" + ")" * 60),
        "pairs of pairs": PARTS + chain(25, takes, pairs) + net.format("N24(Linear(8, 8))"),
        "numbers of numbers": chain(60, plain, numbered) + net.format("N59(8, 1)"),
        "bindings of bindings": PARTS + HEAD + "    context:\n        k0 = GELU\n"
        + chain(60, "", "        k{i} = Pair(k{j}, k{j})\n") + "    graph: in -> k59 -> out\n",
        "recursion without end": recursive.format("n", "T(n + 1)") + net.format("T(1)"),
        "recursion of 1000": recursive.format("n", "T(n - 1) -> T(n - 2)") + net.format("T(999)"),
        "recursion that doubles": recursive.format("n, k", "T(n - 1, 2 * k) -> T(n - 1, 2 * k + 1)")
        + net.format("T(900, 1)"),
        "recursion that grows": recursive.format("p: Neuron, n", "T(Skip(p), n - 1)") + skip
        + net.format("T(GELU, 999)"),
        "recursion that never closes": recursive.format("p: Neuron, n", "T(Skip(p), n)") + skip
        + net.format("T(GELU, 1)"),
        "wraps in wraps": PARTS + HEAD + "    graph:\n        in" + " -> @wrap(Twice):" * 90
        + " -> GELU() -> out\n",
    }  # fmt: skip


def matched() -> dict[str, str]:
    head = "neuron A:\n" + RUN + "    graph:\n        in -> match:\n"
    arms = "".join(
        "            ["
        + ", ".join(f"{'abcdefghij'[j]}{i}" if (i >> j) & 1 else str(i + j) for j in range(10))
        + "]: Identity()\n"
        for i in range(500)
    )
    names = ", ".join(f"x{i}" for i in range(200))
    long_arms = "".join(f"            [{names}, *r, {i}]: Identity()\n" for i in range(50))
    steps = chain(
        150,
        "",
        "        x{j} -> match:\n            [a]: Identity()\n            [a, b]: Identity()\n"
        "            [*r]: Identity()\n        -> x{i}\n",
    )
    cases = "".join(f"elif n == {i}: GELU() " for i in range(1, 1000))
    return {
        "500 arms": head + arms + "        -> out\n",
        "long arms": head + long_arms + "        -> out\n",
        "match after match": "neuron A:\n" + RUN + "    graph:\n        in -> x0\n" + steps
        + "        x149 -> out\n",
        "1000 cases": GRAPH + "if n == 0: GELU() " + cases + "else: ReLU()\n",
        "1000 cases of a binding": HEAD + "    context:\n        a = if n == 0: GELU() " + cases
        + "else: ReLU()\n    graph: in -> a -> out\n",
    }  # fmt: skip


def polynomials() -> dict[str, str]:
    power = " * ".join(["(a + b + c + d + e + f)"] * 12)
    quotients = chain(40, "", "        k{i} = (k{j} * k{j} + {i}) / (k{j} + a)\n")
    remainders = chain(100, "", "        k{i} = (k{j} * d + {i}) % (n + k{j})\n")
    axes = [f"a{i}" for i in range(60)]
    return {
        "a power of a sum": f"neuron A(a, b, c, d, e, f):\n    in: [n, {power}]\n    out: [n, a]\n"
        f"    graph: in -> Linear({power}, a) -> out\n",
        "quotients of squares": "neuron A(a, b):\n    in: [n, a]\n    out: [n, a]\n    context:\n"
        "        k0 = a + b\n" + quotients
        + "    graph: in -> Linear(a, k39) -> Linear(k39, a) -> out\n",
        "remainders": HEAD + "    context:\n        k0 = d % 7\n" + remainders
        + "    graph: in -> Linear(d, k99) -> Linear(k99, d) -> out\n",
        "rounded quotients": "neuron A(a, b):\n    in: [n, 3, a, b]\n    out: [n, 3, *, *]\n"
        "    graph:\n        in\n" + "        -> Conv2d(3, 3, 3, stride=2)\n" * 80
        + "        -> out\n",
        "60 axes": f"neuron A:\n    in: [{', '.join(axes)}]\n    out: [*]\n    graph: in => "
        f"[{', '.join(axes[::-1])}] => [{'*'.join(axes)}] -> out\n",
        "splits": "neuron A(h):\n    in: [a, b]\n    out: [*]\n    graph: in => ["
        + ", ".join(f"x{i}=a/h" for i in range(30)) + ", b] -> out\n",
        "an equation": "neuron A:\n    in: [a, b]\n    out: [*]\n    graph: (in, in) -> Einsum(\""
        + ",".join(["ab"] * 3000) + "->ab\") -> out\n",
        "doubling": "neuron A:\n    in: [b, n]\n    out: [*]\n    graph:\n        in -> x0\n"
        + chain(200, "", "        (x{j}, x{j}) -> Concat(1) -> x{i}\n") + "        x199 -> out\n",
    }  # fmt: skip


def long() -> dict[str, str]:
    """Much of something, of which there may be much."""
    dims = ", ".join(f"a{i}" for i in range(3000))
    block = "neuron N{i}:\n    in: [b, 4]\n    out: [b, 4]\n    graph: in -> {} -> out\n\n"
    return {
        "a chain": GRAPH + "Linear(d, d) -> " * 3000 + "out\n",
        "values": HEAD + "    graph:\n        in -> x0\n"
        + chain(2000, "", "        x{j} -> GELU() -> x{i}\n") + "        x1999 -> out\n",
        "neurons of neurons": chain(1500, "", block.replace("{}", "N{j}()"))
        + block.replace("{i}", "0").replace("{}", "GELU()"),
        "parameters": "neuron A(" + ", ".join(f"p{i}={i}" for i in range(3000)) + "):\n"
        "    in: [b, p1]\n    out: [b, p1]\n    graph: in -> Linear(p1, p1) -> out\n",
        "ports": "neuron A:\n" + "".join(f"    in i{i}: [b]\n" for i in range(3000))
        + "    out: [b]\n    graph: i0 -> out\n",
        "globals": chain(3000, "@global g0 = 1\n", "@global g{i} = g{j} + 1\n")
        + "neuron A:\n    in: [b, g2999]\n    out: [b, g2999]\n    graph: in -> out\n",
        "axes": f"neuron A:\n    in: [{dims}]\n    out: [*]\n    graph: in -> GELU() -> out\n",
        "two long shapes": f"neuron A:\n    in x: [{dims}]\n    in y: [{dims}]\n    out: [*]\n"
        "    graph: (x, y) -> Add() -> out\n",
        "tensors": "neuron A:\n    in: [a, b]\n    out: [*]\n    graph: ("
        + ", ".join(["in"] * 3000) + ") -> Concat(1) -> out\n",
        "names of a fork": "neuron A:\n    in: [a]\n    out: [a]\n    graph:\n        in -> ("
        + ", ".join(f"x{i}" for i in range(3000)) + ")\n        x1 -> out\n",
        "a permutation": "neuron A:\n    in: [a, b]\n    out: [*]\n    graph: in -> Transpose(["
        + ",".join(map(str, range(20_000))) + "]) -> out\n",
        "a line that is a comment": "# " + "x" * 900_000 + "\n",
        "newlines in brackets": "neuron A(" + "\n" * 500_000 + "):\n    in: [b]\n    out: [b]\n"
        "    graph: in -> out\n",
        "comments in brackets": "neuron A(\n" + "# x\n" * 200_000 + "):\n    in: [b]\n"
        "    out: [b]\n    graph: in -> out\n",
        "a string": GRAPH + 'Cast("' + "x" * 900_000 + '") -> out\n',
        "names": f"neuron {'A' * 400_000}:\n    in: [b]\n    out: [b]\n"
        f"    graph: in -> {'B' * 400_000}()\n",
        "documentation": "/// x\n" * 150_000,
        "imports": "".join(f"use local,f{i}/A{i}\n" for i in range(2000)),
    }  # fmt: skip


def garbage() -> dict[str, str]:
    mixed = "\x01\x02abc$$(((]]]\"`'{}->=>\t\n é→ neuron x: in: [\n"
    return {
        "5 MB of everything": mixed * 100_000,
        "everything": mixed * 20_000,
        "other alphabets": "".join(chr(0x100 + i % 50_000) for i in range(900_000)),
        "words": "a " * 450_000,
        "arrows": "->" * 450_000,
        "quotes": '"' * 900_000,
        "NULs": "\0" * 900_000,
        "100,000 lines": "x\n" * 100_000,
        "2,500,000 lines": "x\n" * 2_500_000,
        "steps of indentation": "neuron A:\n"
        + "".join(" " * (i * 7919 % 97 + 1) + "x -> y ->\n" for i in range(10_000)),
        "tabs and spaces": "neuron A:\n"
        + "".join("\t" * (i % 50 + 1) + " " * (i % 3) + "in: [b]\n" for i in range(10_000)),
    }


def mistaken() -> dict[str, str]:
    """Thousands of mistakes."""
    head = "neuron A:\n    in: [b, 4]\n    out: [b, 4]\n    graph:\n"
    wrong = (
        "neuron A{i}:\n    in: [b, 4]\n    out: [b, 4]\n    graph: in -> Linear(3, 4) -> out\n\n"
    )
    return {
        "unknown neurons": head + "        in -> x0\n"
        + chain(2000, "", "        x{j} -> Lineer(4, 5) -> y{i} -> Linear(3, 3) -> x{i}\n"),
        "unknown names": head + "        in -> x\n"
        + chain(3000, "", "        y{i} -> Abcdefghijklmnopqrstuvwxyz{i}() -> z{i}\n"),
        "wrong sizes": chain(1500, "", wrong),
        "wrong arrows": head + "        in -> -> Linear(4, 4) out\n" * 5000,
        "wrong characters": head + "        in -> § Linear(4, 4) ; out\n" * 20_000,
        "one name": wrong.replace("{i}", "").replace("Linear(3, 4)", "GELU()") * 1500,
        "wrong escapes": GRAPH + 'Cast("' + "\\q" * 300_000 + '") -> out\n',
    }  # fmt: skip
