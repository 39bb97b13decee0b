import numpy as np
import pytest
import torch

from pathlode.core.solve import Adaptive
from pathlode.ecg.conditions import TIMES, Condition, millivolts
from pathlode.ecg.reconstruction import _AT_ONCE, errors_by_class, reconstruct, some_of_each_class
from pathlode.ecg.records import CLASSES
from pathlode.models.latent_ode import LatentODE, ModelConfig

SOLVER = Adaptive(rtol=1e-3, atol=1e-3)


@pytest.fixture
def model():
    config = ModelConfig(features=1, hidden=4, latent=3, width=5, encoder="interpolation", time_unit=0.1)
    return LatentODE(config, seeds=(4, 5))


def test_some_beats_of_each_class_are_spread_over_them(beats):
    chosen = np.arange(0, len(beats.classes), 2)
    some = some_of_each_class(beats, chosen, 5)
    for name, positions in some.items():
        mine = chosen[beats.classes[chosen] == CLASSES.index(name)]
        assert len(positions) == min(5, len(mine))
        assert positions[0] == mine[0]
        assert positions[-1] == mine[-1] or len(positions) == 1
        assert (np.diff(positions) > 0).all()
    assert list(some_of_each_class(beats, np.flatnonzero(beats.classes == 2), 5)) == ["V"]


def test_a_reconstruction_is_the_models_prediction_of_the_whole_window(model, beats):
    signals = millivolts(beats, np.arange(_AT_ONCE + 3))
    condition = Condition(stride=8)
    given = reconstruct(model, signals, condition, SOLVER)
    times, values = condition.observe(signals, 0)
    expected = model(times[-3:], values[-3:], TIMES.expand(3, -1), solver=SOLVER).values[..., 0]
    assert torch.allclose(given[:, -3:], expected, atol=1e-4)
    assert given.shape == (2, _AT_ONCE + 3, 280)


def test_errors_are_in_units_of_the_classes_variance(model, beats):
    chosen = np.concatenate(list(some_of_each_class(beats, np.arange(len(beats.classes)), 4).values()))
    truth, classes = millivolts(beats, chosen), beats.classes[chosen]
    predicted = reconstruct(model, truth, Condition(stride=8), SOLVER)
    table = errors_by_class(predicted, truth, classes, model.seeds)
    assert len(table) == len(np.unique(classes)) * 2
    row = table[(table["class"] == "V") & (table["seed"] == 5)].iloc[0]
    mine = classes == CLASSES.index("V")
    residual = predicted[1, mine] - truth[mine]
    assert row["nmse"] == pytest.approx(float(residual.square().mean() / truth[mine].var(correction=0)), rel=1e-4)
    assert row["n"] == 4
