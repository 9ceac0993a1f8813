"""Expressions that are too long for a line are broken where Black would break them."""

import pytest

from neuroscript.codegen.operators import at_operators
from neuroscript.codegen.writer import Writer


def written(statement: str, depth: int = 2) -> list[str]:
    writer = Writer(depth)
    writer.wrapped(statement, [], "")
    return list(writer.lines)


def test_a_long_sum_stands_in_parentheses_a_term_a_line() -> None:
    moved = "(nn.functional.pad(normed, (0, 0, 1, -1)) - normed) * self.token_shift"
    assert written(f"receptance = normed + {moved}") == [
        "        receptance = (",
        "            normed",
        f"            + {moved}",
        "        )",
    ]


def test_what_fits_in_parentheses_is_not_broken() -> None:
    name, value = "a" * 60, " + ".join(["one"] * 4)
    assert written(f"{name} = {value}")[1:-1] == [f"            {value}"]


def test_what_is_too_long_in_brackets_is_opened_in_turn() -> None:
    rows = "torch.tril_indices(products.shape[1], products.shape[1], -1, device=products.device)"
    assert written(f"products = (products @ products.mT)[:, *{rows}]") == [
        "        products = (products @ products.mT)[",
        "            :,",
        "            *torch.tril_indices(",
        "                products.shape[1], products.shape[1], -1, device=products.device",
        "            ),",
        "        ]",
    ]


def test_what_has_no_operator_stays_on_its_line() -> None:
    assert written(f"x = {'y' * 90}") == [f"        x = {'y' * 90}"]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("a * b + c if d or e else f", ["a * b + c", "if d or e", "else f"]),
        ('x["a + b"] * (c + d)', ['x["a + b"]', "* (c + d)"]),
        ("-a @ b", ["-a", "@ b"]),
        ("x[: y + 1]", ["x[: y + 1]"]),
    ],
)
def test_the_operators_that_bind_least_part_an_expression(text: str, parts: list[str]) -> None:
    assert at_operators(text) == parts
