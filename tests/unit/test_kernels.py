"""The compiled loops against the same computations in plain PyTorch."""

import shutil
from unittest import mock

import pytest
import torch

from pathlode import kernels
from pathlode.registry import ENCODERS
from pathlode.solve import FixedStep, solve


def test_the_loops_are_built_where_a_compiler_is():
    if shutil.which("cc") is None:
        pytest.skip("no C compiler")
    assert kernels.usable(torch.zeros(1))


def test_other_types_take_the_plain_route():
    assert not kernels.usable(torch.zeros(1, dtype=torch.float64))


def values_and_gradients(function, inputs, weights):
    outputs = function()
    return [outputs.detach(), *torch.autograd.grad((outputs * weights).sum(), inputs)]


def assert_equal_to_plain(function, inputs, shape):
    """Values and gradients within single-precision noise of the plain route's."""
    weights = torch.randn(shape)
    compiled = values_and_gradients(function, inputs, weights)
    with mock.patch.object(kernels, "usable", return_value=False):
        plain = values_and_gradients(function, inputs, weights)
    for ours, theirs in zip(compiled, plain, strict=True):
        assert torch.allclose(ours, theirs, rtol=1e-4, atol=2e-5 * float(theirs.abs().max()))


@pytest.mark.parametrize("batch", [1, 8, 21])
@pytest.mark.parametrize("method", ["rk4", "tsit5"])
@pytest.mark.parametrize("depth", [1, 3])
def test_march_and_read_out(make_model, batch, method, depth):
    field = make_model(depth=depth, hidden=7, width=5).field
    y0 = torch.randn(3, batch, 7, requires_grad=True)
    times = torch.rand(3, batch, 9).sort(dim=-1).values * 6
    assert kernels.usable(y0)
    solver = FixedStep(method, 5)
    assert_equal_to_plain(
        lambda: solve(field, y0, times, solver=solver).states, [y0, *field.parameters()], (3, batch, 9, 7)
    )


@pytest.mark.parametrize("batch", [1, 8, 21])
@pytest.mark.parametrize("name", list(ENCODERS))
def test_scan(make_model, batch, name):
    encoder = make_model(encoder=name).encoder
    times = torch.rand(3, batch, 15).sort(dim=-1).values
    observed = torch.randn(3, batch, 15, 2)
    assert_equal_to_plain(lambda: encoder(times, observed), list(encoder.parameters()), (3, batch, 6))


def test_extreme_inputs_stay_finite(make_model):
    model = make_model()
    times, observed = torch.tensor([[0.0, 1.0]]), torch.tensor([[[1e4, -1e4], [-1e4, 1e4]]])
    prediction = model(times, observed, solver=FixedStep("rk4", 2))
    prediction.values.sum().backward()
    assert all(p.grad.isfinite().all() for p in model.parameters() if p.grad is not None)


def test_a_gradient_for_the_observations_takes_the_plain_route(make_model):
    encoder = make_model().encoder
    observed = torch.randn(3, 2, 5, 2, requires_grad=True)
    encoder(torch.arange(5.0).expand(3, 2, 5), observed).sum().backward()
    assert observed.grad.abs().sum() > 0
