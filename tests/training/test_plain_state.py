"""State of any shape, through JSON and back."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from neuroscript.training.checkpoints.plain import INLINE, pack, unpack

PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text()
    | st.binary(),
    lambda inner: (
        st.lists(inner)
        | st.lists(inner).map(tuple)
        | st.dictionaries(st.text() | st.integers() | st.tuples(st.integers(), st.text()), inner)
    ),
    max_leaves=12,
)


def there_and_back(state):
    packed = pack(state)
    assert not packed.left_out
    return unpack(json.loads(json.dumps(packed.data)), packed.tensors)


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.text(), PLAIN))
def test_plain_state_comes_back_as_it_was(state):
    assert there_and_back(state) == state


@pytest.mark.parametrize(
    "tensor",
    [
        torch.tensor(2.5),
        torch.tensor([]),
        torch.tensor([[1, 2], [3, 4]]).T,
        torch.tensor([True, False]),
        torch.tensor([1.5, -2.0], dtype=torch.bfloat16),
        torch.tensor([1 + 2j]),
        torch.arange(INLINE),
        torch.get_rng_state(),
    ],
)
def test_tensors_come_back_as_they_were(tensor):
    found = there_and_back({"a": [tensor]})["a"][0]
    assert (found.dtype, found.shape) == (tensor.dtype, tensor.shape)
    assert torch.equal(found, tensor)


def test_large_tensors_are_referred_to_and_not_copied():
    weights = torch.zeros(INLINE)
    packed = pack({"a.b": {"c": weights}, "a": {"b.c": weights}})
    assert len(packed.tensors) == 2
    assert {tensor.data_ptr() for tensor in packed.tensors.values()} == {weights.data_ptr()}


def test_arrays_sets_and_numbers_that_are_none_in_json():
    state = {"n": np.arange(5, dtype=np.uint32), "s": {1, 2}, "i": math.inf, "x": np.float32(2.0)}
    found = there_and_back(state)
    assert found["n"].dtype == np.uint32
    assert found["n"].tolist() == [0, 1, 2, 3, 4]
    assert (found["s"], found["i"], found["x"]) == ({1, 2}, math.inf, 2.0)
    assert math.isnan(there_and_back({"a": math.nan})["a"])


def test_what_is_neither_is_left_out_and_told():
    packed = pack({"callbacks": {"Own": {"step": 1, "open": open}}, "list": [object()]})
    assert packed.left_out == ["callbacks.Own.open", "list"]
    assert unpack(packed.data, packed.tensors) == {"callbacks": {"Own": {"step": 1}}}
