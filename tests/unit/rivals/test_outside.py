import math

import numpy as np

from pathlode.core.solve import Adaptive
from pathlode.dynamics.simulation import SimulationConfig
from pathlode.models.constant import Constant
from pathlode.models.settings import ModelConfig
from pathlode.registry import SYSTEMS
from pathlode.rivals.outside import outside_training, with_outside
from pathlode.rivals.scoring import DIVERGED, MemberScore, scores_on_system

CONFIG = SimulationConfig(4000, 200, 200, points=10, window=(3.0, 4.0), noise=0.0, windows_beyond=2, seed=1)


def test_each_replicate_has_its_own_trajectories_out_of_range():
    split = outside_training(SYSTEMS["damped_oscillator"](), CONFIG, 0.25, 7, [3, 4])
    starts = split.parameters.numpy()
    assert starts.shape == (2, 7, 2)
    assert ((starts < 1) | (starts > 4)).any(axis=-1).all()
    assert starts.min() > 0.25
    assert starts.max() < 4.75
    assert not np.allclose(starts[0], starts[1])
    scores = scores_on_system(Constant(ModelConfig(features=2), [3, 4]), split, Adaptive(rtol=1e-3, atol=1e-3))
    assert all(score.failure is None and score.interpolation_nmse > 0 for score in scores)


def test_a_system_without_a_box_has_none():
    assert outside_training(SYSTEMS["coupled_oscillator"](), CONFIG, 0.5, 7, [3]) is None


def test_both_scores_stand_together_with_the_first_failure():
    inner = [MemberScore(0.1, 0.2, predict_ms=3.0), MemberScore(0.1, 0.2), MemberScore(failure=DIVERGED)]
    outer = [MemberScore(0.5, 0.7, predict_ms=9.0), MemberScore(failure="no"), MemberScore(failure=DIVERGED)]
    first, second, third = with_outside(inner, outer)
    assert first == MemberScore(0.1, 0.2, 0.5, 0.7, predict_ms=3.0)
    assert second.failure == "outside the training's range, no"
    assert math.isnan(second.outside_interpolation_nmse)
    assert second.interpolation_nmse == 0.1
    assert third.failure == DIVERGED
