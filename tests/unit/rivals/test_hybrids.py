from types import SimpleNamespace

import numpy as np
import pytest
import torch

from pathlode.core.series import TimeSeries
from pathlode.core.solve import Adaptive
from pathlode.dynamics.simulation import SimulationConfig, simulate_replicates
from pathlode.errors import DataError
from pathlode.models.constant import Constant
from pathlode.models.latent_ode import LatentODE
from pathlode.models.settings import ModelConfig
from pathlode.registry import SYSTEMS
from pathlode.rivals.hybrids import TRAINED, FewSeries, constant_error, first_series, residuals
from pathlode.rivals.results import HybridScores

SOLVER = Adaptive(rtol=1e-3, atol=1e-3)
CONFIG = SimulationConfig(6, 2, 3, points=10, window=(2.0, 3.0), noise=0.0, windows_beyond=2, seed=1)
SIZES = {"hidden": 3, "latent": 2, "width": 4, "depth": 1, "encoder_hidden": 4}
TRAIN = {"steps": 4, "batch": 64, "validate_every": 4, "solver_steps": 3}
SETTINGS = {
    row: {"seeds": [7, 8], "sizes": SIZES | sizes, "train": TRAIN, "loss": "path"} | parts
    for row, sizes, parts in (
        ("hybrid", {}, {"field": "hybrid_oscillator"}),
        ("expert", {"hidden": 2}, {"field": "hybrid_oscillator"}),
        ("neural", {}, {}),
    )
}


@pytest.fixture(scope="module")
def data():
    return simulate_replicates(SYSTEMS["damped_oscillator"](), CONFIG, [7, 8])


def few(data, folder):
    return FewSeries(SYSTEMS["damped_oscillator"](), data["test"], SETTINGS, folder, "test", "cpu", SOLVER)


def test_the_first_series_of_each_set_are_trained_on(data):
    found = first_series(data.observed, 4)
    assert found.training.values.shape == (2, 4, 10, 2)
    assert torch.equal(found.training.values, data.train.observed.values[:, :4])
    assert found.validation is data.observed.validation
    with pytest.raises(DataError, match="7 series are asked for, but there are 6: ask for fewer"):
        first_series(data.observed, 7)


def test_residuals_are_what_a_model_leaves():
    """Of a series' own mean: the deviations from it."""
    times, values = torch.rand(2, 3, 5).sort().values, torch.randn(2, 3, 5, 2)
    found = residuals(Constant(ModelConfig(features=2), [0, 1]), TimeSeries(times, values), SOLVER)
    assert torch.allclose(found.values[:, :, :-1], (values - values.mean(dim=2, keepdim=True))[:, :, :-1], atol=1e-6)
    assert torch.equal(found.times, times)


def test_the_error_of_constants_by_hand():
    """With a unit of time of 2, a stiffness of 1 is 4 per τ², and a damping of 0.12 is 0.24 per τ."""
    model = LatentODE(ModelConfig(features=2, field="hybrid_oscillator", time_unit=2.0, **SIZES), [0, 1])
    model.field.log_constants.data = torch.tensor([[[4.0, 0.24]], [[4.4, 0.18]]]).log()
    assert constant_error(model, SYSTEMS["damped_oscillator"]()) == pytest.approx([0.0, 0.25], abs=1e-6)
    assert np.isnan(constant_error(model, SYSTEMS["coupled_oscillator"]())).all()
    neural = LatentODE(ModelConfig(features=2, **SIZES), [0, 1])
    assert np.isnan(constant_error(neural, SYSTEMS["damped_oscillator"]())).all()


def test_all_rows_are_fitted_and_scored(data, tmp_path):
    table = HybridScores(
        few(data, tmp_path).scores(first_series(data.observed, 4)).assign(data="a", training_series=4)
    ).table
    replicates = table.groupby("row", sort=False)["replicate"].apply(list).to_dict()
    assert replicates == {row: [7, 8] for row in (*TRAINED, "residual", "ensemble")}
    assert (table[["interpolation_nmse", "extrapolation_nmse"]] > 0).all(axis=None)
    known = table.groupby("row")["constant_error"].count()
    assert known[known > 0].to_dict() == {"expert": 2, "hybrid": 2}
    seconds = table.groupby("row")["train_seconds"].first()
    assert seconds["ensemble"] == pytest.approx(seconds["expert"] + seconds["neural"])
    assert seconds["residual"] > seconds["expert"]


def test_an_ensemble_is_the_mean_and_a_correction_is_added(data, tmp_path, monkeypatch):
    """The expert predicts 0 and the network twice the truth: their mean is the truth, and the network corrects twice."""
    made = few(data, tmp_path)
    truth = torch.cat([data["test"].inside.values, data["test"].beyond.values[..., :100, :]], dim=-2)
    shares = {"hybrid": 0.5, "expert": 0.0, "neural": 2.0}

    def fitted(_, row, *rest):
        return SimpleNamespace(model=shares[row], seconds=1.0, diverged=torch.tensor([False, row == "hybrid"]))

    monkeypatch.setattr(FewSeries, "_fitted", fitted)
    monkeypatch.setattr("pathlode.rivals.hybrids.predicted_windows", lambda share, *rest: share * truth)
    monkeypatch.setattr("pathlode.rivals.hybrids.constant_error", lambda *_: [0.1, 0.2])
    monkeypatch.setattr("pathlode.rivals.hybrids.residuals", lambda model, series, solver: series)
    table = made.scores(data.observed)
    assert table.loc[table["interpolation_nmse"].isna(), ["row", "replicate"]].to_numpy().tolist() == [["hybrid", 8]]
    errors = table.groupby("row")["interpolation_nmse"].first()
    assert errors["ensemble"] == pytest.approx(0.0, abs=1e-12)
    assert errors["residual"] == pytest.approx(errors["expert"])  # of 2 x and of 0, with the same distance to x
    assert errors["hybrid"] == pytest.approx(errors["expert"] / 4)
