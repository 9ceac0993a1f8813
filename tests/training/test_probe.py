"""What a probe sees of a model, and that it leaves no trace."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from neuroscript.training.probe import by_name, input_names, probe


@pytest.mark.parametrize(
    ("ends", "expected"),
    [
        (nn.Sigmoid(), "Sigmoid"),
        (nn.Softmax(-1), "Softmax"),
        (nn.LogSoftmax(-1), "LogSoftmax"),
        (nn.Sequential(nn.Sigmoid(), nn.Flatten(0)), "Sigmoid"),
        (nn.ReLU(), "ReLU"),
        (nn.Tanh(), "Tanh"),
        (nn.Identity(), None),
    ],
)
def test_the_activation_at_the_end_is_seen_through_views(ends, expected):
    model = nn.Sequential(nn.Linear(2, 3), ends)
    assert probe(model, [torch.rand(4, 2)]).last == {"out": expected}


def test_an_activation_called_as_a_function_is_seen_too():
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.linear = nn.Linear(2, 1)

        def forward(self, x):
            return torch.sigmoid(self.linear(x))

    assert probe(Net(), [torch.rand(4, 2)]).last == {"out": "Sigmoid"}


def test_whole_numbers_become_fractions_only_where_the_model_needs_them():
    numbers = torch.tensor([[0, 1], [1, 0]])
    assert probe(nn.Linear(2, 1), [numbers]).inputs[0].is_floating_point()
    seen = probe(nn.Embedding(5, 3), [numbers])
    assert not seen.inputs[0].is_floating_point()
    assert seen.vocabularies == {5}


def test_modes_statistics_and_random_numbers_stay_as_they_were():
    model = nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2), nn.Dropout(0.5))
    model[2].eval()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    torch.manual_seed(7)
    expected = torch.rand(1)
    torch.manual_seed(7)
    probe(model, [torch.ones(4, 2)])
    assert torch.equal(torch.rand(1), expected)
    assert [m.training for m in model] == [True, True, False]
    for name, value in model.state_dict().items():
        assert torch.equal(value, before[name])


def test_it_works_inside_inference_mode_where_validation_runs():
    with torch.inference_mode():
        batch = torch.rand(4, 2)
        seen = probe(nn.Sequential(nn.Linear(2, 1), nn.Sigmoid()), [batch])
    assert seen.last == {"out": "Sigmoid"}


def test_outputs_by_name_and_inputs_in_order():
    class Two(nn.Module):
        def forward(self, left, right, scale=1.0):
            return {"a": left * scale, "b": right}

    assert input_names(Two()) == ("left", "right")
    assert list(by_name(Two()(torch.ones(1), torch.zeros(1)))) == ["a", "b"]
    with pytest.raises(TypeError, match="gives a str"):
        by_name("no tensor")
