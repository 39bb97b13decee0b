import math

import pytest
import torch

from pathlode.registry import INPUTS

VALUES = torch.tensor([-1.0, 0.0, 1.8, 19.8]).view(1, 1, 4, 1)
MEAN, STD = torch.full((1, 1, 1, 1), 5.0), torch.full((1, 1, 1, 1), 2.0)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("linear", [-3.0, -2.5, -1.6, 7.4]),
        ("log", [math.log(0.1), math.log(0.1), 0.0, math.log(10.0)]),
    ],
)
def test_what_the_encoder_reads(name, expected):
    assert INPUTS[name](VALUES, MEAN, STD).flatten().tolist() == pytest.approx(expected, abs=1e-6)


def test_each_member_has_its_own_units():
    values, std = torch.full((2, 1, 1, 1), 0.9), torch.tensor([1.0, 0.1]).view(2, 1, 1, 1)
    read = INPUTS["log"](values, torch.zeros_like(std), std).flatten()
    assert read.tolist() == pytest.approx([0.0, math.log(9.1)], abs=1e-6)


def test_inputs_are_documented_functions():
    for function in INPUTS.values():
        assert function.__doc__.startswith("u = ")
