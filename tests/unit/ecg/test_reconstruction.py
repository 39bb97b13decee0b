import numpy as np
import pytest
import torch

from pathlode.core.solve import Adaptive
from pathlode.ecg.conditions import TIMES, Condition, millivolts
from pathlode.ecg.reconstruction import (
    _AT_ONCE,
    ReconstructedBeats,
    errors_by_class,
    on_the_whole_window,
    reconstruct,
)
from pathlode.ecg.records import CLASSES
from pathlode.ecg.results import ReconstructionErrors
from pathlode.ecg.splits import some_of_each_class
from pathlode.models.latent_ode import LatentODE
from pathlode.models.settings import ModelConfig

SOLVER = Adaptive(rtol=1e-3, atol=1e-3)


@pytest.fixture
def model():
    config = ModelConfig(features=1, hidden=4, latent=3, width=5, encoder="interpolation", time_unit=0.1)
    return LatentODE(config, seeds=(4, 5))


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


def test_what_was_seen_stands_where_it_was_seen():
    beats = torch.arange(2 * 280).reshape(2, 280).float()
    whole = on_the_whole_window(*Condition(stride=8).observe(beats, 0))
    assert np.array_equal(whole[:, ::8], beats[:, ::8])
    assert np.isnan(np.delete(whole, np.arange(0, 280, 8), axis=1)).all()
    some = on_the_whole_window(*Condition(missing=0.5).observe(beats, 0))
    kept = np.isfinite(some)
    assert (kept.sum(axis=1) == 140).all()
    assert np.array_equal(some[kept], beats.numpy()[kept])


def test_errors_and_examples_of_several_conditions(model, beats):
    some = some_of_each_class(beats, np.arange(len(beats.classes)), 3)
    conditions = {"360 Hz": Condition(), "45 Hz": Condition(stride=8)}
    chosen = ReconstructedBeats(beats, some, conditions, SOLVER)
    made = chosen.by(model)
    table = ReconstructionErrors(chosen.errors(made, model.seeds, split="random", latent_ode="path")).table
    assert list(table) == list(ReconstructionErrors.columns)
    expected = errors_by_class(made[1], chosen.truth, beats.classes[chosen.chosen], model.seeds)
    assert table.loc[table["condition"] == "45 Hz", "nmse"].tolist() == expected["nmse"].tolist()
    assert set(table["rate_hz"]) == {360, 45}
    examples = chosen.examples({"path": made})
    for row, mine in enumerate(some.values()):
        middle = mine[len(mine) // 2]
        assert examples.truth[row] == pytest.approx(beats.microvolts[middle] / 1000)
        again = reconstruct(model, millivolts(beats, np.array([middle])), Condition(stride=8), SOLVER)
        assert examples.reconstructed["path"][1, :, row] == pytest.approx(again[:, 0].numpy(), abs=1e-4)
    assert (examples.classes, examples.conditions) == (list(some), list(conditions))
