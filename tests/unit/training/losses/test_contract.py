"""Terms that all losses share: squared errors, the likelihood and a density."""

import math

import pytest
import torch

from pathlode.models.prediction import Density
from pathlode.training.losses.contract import (
    LEAST_NOISE,
    negative_log_density,
    negative_log_likelihood,
    reconstruction,
)


def test_reconstruction_sums_over_times_and_averages_over_the_batch():
    predicted, values = torch.zeros(2, 3, 4, 5), torch.ones(2, 3, 4, 5)
    assert reconstruction(predicted, values).tolist() == [10.0, 10.0]


def test_a_missing_value_enters_no_error():
    predicted, values = torch.zeros(1, 2, 2, 1), torch.tensor([[[[2.0], [torch.nan]], [[4.0], [6.0]]]])
    assert reconstruction(predicted, values, mask=~values.isnan()).tolist() == [(4 + 16 + 36) / 2 / 2]


def test_the_likelihood_by_hand():
    """Noises 1 and 1/2 have the weights 2/5 and 8/5, whose mean is 1; the factor s is 2/5. Errors 1 and 3 then cost
    (2/5 · 1 + 8/5 · 9) / 2, and the normalisation s (ln 1 + ln 1/2)."""
    predicted, values = torch.zeros(1, 1, 1, 2), torch.tensor([[[[1.0, 3.0]]]])
    noise, std = torch.tensor([2.0, 0.5]).view(1, 1, 1, 2), torch.tensor([2.0, 1.0]).view(1, 1, 1, 2)
    values = values * std
    expected = (0.4 + 1.6 * 9) / 2 + 0.4 * math.log(0.5)
    assert negative_log_likelihood(predicted, values, std, noise).tolist() == pytest.approx([expected])
    twice = (x.expand(1, 3, 2, 2) for x in (predicted, values))
    assert negative_log_likelihood(*twice, std, noise).tolist() == pytest.approx([2 * expected])


def test_the_likelihood_leaves_out_what_is_missing():
    predicted, std = torch.zeros(1, 1, 2, 2), torch.ones(1, 1, 1, 2)
    values = torch.tensor([[[[1.0, torch.nan], [torch.nan, 3.0]]]])
    noise = torch.tensor([1.0, 0.5]).view(1, 1, 1, 2)
    expected = (0.4 + 1.6 * 9) / 2 + 0.4 * math.log(0.5)
    found = negative_log_likelihood(predicted, values, std, noise, mask=~values.isnan())
    assert found.tolist() == pytest.approx([expected])


def test_a_density_by_hand():
    """Errors of 1 and 2 standard deviations of the density, 3 and 1/2, in a data unit of 2: ½ + ½ · 4 + ln 3/2 + ln 1/4."""
    mean, std = torch.zeros(1, 1, 2, 1), torch.tensor([3.0, 0.5]).view(1, 1, 2, 1)
    values, expected = torch.tensor([3.0, 1.0]).view(1, 1, 2, 1), 0.5 + 2.0 + math.log(1.5) + math.log(0.25)
    assert negative_log_density(Density(mean, std), values, torch.tensor(2.0)).tolist() == pytest.approx([expected])
    missing = torch.tensor([True, False]).view(1, 1, 2, 1)
    found = negative_log_density(Density(mean, std), values.where(missing, torch.nan), torch.tensor(2.0), missing)
    assert found.tolist() == pytest.approx([0.5 + math.log(1.5)])


def test_no_feature_weighs_more_than_a_hundred_times_another():
    predicted = torch.zeros(1, 1, 1, 2, requires_grad=True)
    noise = torch.tensor([1e-3, 1.0]).view(1, 1, 1, 2)
    negative_log_likelihood(predicted, torch.ones(1, 1, 1, 2), torch.ones(1, 1, 1, 2), noise).sum().backward()
    first, second = predicted.grad.flatten().tolist()
    assert first / second == pytest.approx(LEAST_NOISE**-2)
    assert (first + second) / 2 == pytest.approx(-1.0)
