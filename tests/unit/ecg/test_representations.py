import numpy as np
import pytest
import torch
from sklearn.decomposition import PCA

from pathlode.ecg.conditions import Condition, millivolts
from pathlode.ecg.representations import Latents, PrincipalComponents, Samples
from pathlode.errors import ConfigError
from pathlode.models.latent_ode import LatentODE
from pathlode.models.settings import ModelConfig


@pytest.fixture
def signals(beats):
    return millivolts(beats, np.arange(40))


def test_millivolts_are_thousandths_of_what_is_kept(beats, signals):
    assert signals[7].numpy() == pytest.approx(beats.microvolts[7] / 1000)


def test_samples_at_their_own_rate_are_the_samples(signals):
    assert np.array_equal(Samples()(*Condition().observe(signals, 0)), signals.numpy())
    assert Samples(90)(*Condition().observe(signals, 0)) == pytest.approx(signals.numpy()[:, ::4])
    assert Samples(90)(*Condition(stride=4).observe(signals, 0)) == pytest.approx(signals.numpy()[:, ::4])


def test_missing_samples_are_interpolated(signals):
    given = Samples()(*Condition(stride=8).observe(signals, 0))
    assert given[:, ::8] == pytest.approx(signals.numpy()[:, ::8])
    assert given[:, 4:-8:8] == pytest.approx((signals[:, :-8:8] + signals[:, 8::8]).numpy() / 2, abs=1e-5)


def test_a_grid_that_is_none_is_refused():
    with pytest.raises(ConfigError, match="grid is 100 Hz, expected 360 Hz divided by a whole number"):
        Samples(100)


def test_components_are_scikit_learns(signals):
    represent = PrincipalComponents(signals, 5)
    expected = PCA(5, svd_solver="full").fit(signals.numpy()).transform(signals.numpy())
    assert np.abs(represent(*Condition().observe(signals, 0))) == pytest.approx(np.abs(expected), abs=1e-3)


def test_latents_are_those_of_the_first_member(signals):
    model = LatentODE(ModelConfig(features=1, hidden=4, latent=3, width=5, encoder="interpolation"), seeds=(0, 1))
    observed = Condition(stride=4).observe(signals, 0)
    assert torch.allclose(torch.tensor(Latents(model)(*observed)), model.encode(*observed).z0[0], atol=1e-6)
