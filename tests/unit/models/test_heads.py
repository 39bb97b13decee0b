"""Heads on z0 for classes that a line separates, and numbers that are linear in what the encoder reads."""

import numpy as np
import pytest
import torch

from pathlode.core.series import TimeSeries
from pathlode.errors import ConfigError, DataError
from pathlode.models.constant import Constant
from pathlode.models.curve import Curve
from pathlode.models.heads import fit_head, latents_of
from pathlode.models.latent_ode import LatentODE
from pathlode.models.settings import ModelConfig


@pytest.fixture(params=[LatentODE, Curve])
def model(request):
    return request.param(ModelConfig(features=1, hidden=6, latent=4, encoder="interpolation"), seeds=(0, 1))


def levels(n, seed):
    """Constant series at a level between -1 and 1."""
    generator = torch.Generator().manual_seed(seed)
    level = 2 * torch.rand(n, generator=generator) - 1
    times = torch.linspace(0, 1, 5).expand(n, -1)
    return TimeSeries(times, level[:, None, None].expand(n, 5, 1)), level.numpy()


@pytest.mark.parametrize("names", [("low", "high"), (0, 7), (False, True)])
def test_classes_that_a_line_separates_are_told_apart(model, names):
    (seen, level), (new, other) = levels(80, 0), levels(40, 1)
    head = fit_head(model, seen, np.where(level > 0, names[1], names[0]))
    clear = np.abs(other) > 0.2
    assert (head.predict(new) == np.where(other > 0, names[1], names[0]))[clear].all()
    probabilities = head.probabilities(new)
    assert probabilities.shape == (40, 2)
    assert np.allclose(probabilities.sum(axis=1), 1)
    order = list(head.classes).index(names[1])
    assert probabilities[other > 0.5, order].min() > 0.9


def test_a_number_is_regressed(model):
    (seen, level), (new, other) = levels(80, 0), levels(40, 1)
    head = fit_head(model, seen, 5 + 3 * level.astype(float))
    assert np.abs(head.predict(new) - (5 + 3 * other)).max() < 0.3
    with pytest.raises(ConfigError, match="gives numbers, which have no probabilities"):
        head.probabilities(new)


def test_members_are_averaged_and_the_model_stays_as_it_is(model):
    (seen, level), (new, _) = levels(40, 0), levels(10, 1)
    before = {name: p.detach().clone() for name, p in model.named_parameters()}
    head = fit_head(model, seen, level.astype(float))
    z0 = latents_of(model, new)
    each = [one.predict(z0[member]) for member, one in enumerate(head.estimators)]
    assert np.allclose(head.predict(new), (each[0] + each[1]) / 2)
    assert all(torch.equal(before[name], p) for name, p in model.named_parameters())


@pytest.mark.parametrize(
    ("outcome", "message"),
    [
        (np.zeros(3), r"outcomes of shape \(3,\) do not fit 8 series, expected \(8,\)"),
        (np.array([1.0, np.nan] * 4), "the outcome of series 1 is nan; leave the series out"),
        (np.zeros(8, dtype=int), "all outcomes are .*, expected at least two classes"),
        (np.array([object()] * 8), "outcomes are of type object, expected classes"),
    ],
)
def test_outcomes_that_cannot_be_used_are_refused(model, outcome, message):
    with pytest.raises(DataError, match=message):
        fit_head(model, levels(8, 0)[0], outcome)


def test_a_model_without_a_latent_vector_is_refused():
    with pytest.raises(ConfigError, match="does not offer 'latent'"):
        fit_head(Constant(ModelConfig(features=1)), levels(8, 0)[0], [0, 1] * 4)
