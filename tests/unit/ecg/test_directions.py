import numpy as np
import pytest
import torch

from pathlode.core.series import TimeSeries
from pathlode.core.solve import Adaptive
from pathlode.ecg.conditions import TIMES, Condition, millivolts
from pathlode.ecg.directions import PrincipalMoves, decode
from pathlode.models.latent_ode import LatentODE
from pathlode.models.latents import encode
from pathlode.models.settings import ModelConfig


def test_moves_are_standard_deviations_along_the_axes_of_an_ellipsoid():
    """Independent normal numbers with deviations 1, 3 and 2."""
    z0 = np.random.default_rng(0).normal(size=(20000, 3)) * [1, 3, 2] + [5, 6, 7]
    moves = PrincipalMoves.of(z0.astype(np.float32), 2, (-1, 0, 2))
    assert moves.z0.shape == (2, 3, 3)
    assert moves.z0[:, 1] == pytest.approx(np.array([[5, 6, 7]] * 2), abs=0.1)
    assert moves.z0[0] - moves.z0[0, 1] == pytest.approx(np.array([[0, -3, 0], [0, 0, 0], [0, 6, 0]]), abs=0.15)
    assert moves.z0[1, 2] - moves.z0[1, 1] == pytest.approx([0, 0, 4], abs=0.15)
    assert moves.shares == pytest.approx([9 / 14, 4 / 14], abs=0.01)


def test_decoded_latents_of_a_beat_are_its_reconstruction(beats):
    config = ModelConfig(features=1, hidden=4, latent=3, width=5, encoder="interpolation")
    model, solver = LatentODE(config, seeds=(0,)), Adaptive()
    times, values = Condition().observe(millivolts(beats, np.arange(4)), 0)
    with torch.no_grad():
        expected = model(times, values, TIMES.expand(4, -1), solver=solver)
    z0 = encode(model, TimeSeries(times, values))[0].numpy().reshape(2, 2, 3)
    assert decode(model, z0, solver) == pytest.approx(expected.values[0, ..., 0].numpy().reshape(2, 2, -1), abs=1e-5)
