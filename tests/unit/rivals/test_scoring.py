import math

import numpy as np
import pandas as pd
import pytest
import torch

from pathlode.core.solve import Adaptive
from pathlode.dynamics.simulation import SimulationConfig, simulate_replicates
from pathlode.dynamics.windows import window_errors
from pathlode.errors import SolverError
from pathlode.models.cru import CRU
from pathlode.models.settings import ModelConfig
from pathlode.real.fits import Asked
from pathlode.real.measured import MeasuredSeries
from pathlode.real.splits import Hiding, split_series
from pathlode.registry import SYSTEMS
from pathlode.rivals import scoring
from pathlode.rivals.results import RivalScores
from pathlode.rivals.scoring import (
    DIVERGED,
    MemberScore,
    diverged,
    score_table,
    scores_on_series,
    scores_on_system,
    with_crps,
)

SOLVER = Adaptive(rtol=1e-3, atol=1e-3)


@pytest.fixture(scope="module")
def split():
    config = SimulationConfig(4, 2, 3, points=10, window=(2.0, 3.0), noise=0.0, windows_beyond=2, seed=1)
    return simulate_replicates(SYSTEMS["coupled_oscillator"](), config, [0, 1, 2])["test"]


def test_members_are_scored_together_by_their_errors(make_model, split):
    model = make_model()
    inside, beyond = window_errors(model, split, SOLVER)
    found = scores_on_system(model, split, SOLVER)
    assert [score.interpolation_nmse for score in found] == pytest.approx(inside.tolist())
    assert [score.extrapolation_nmse for score in found] == pytest.approx(beyond.tolist())
    both = with_crps([*found[:2], MemberScore(failure=DIVERGED)], model, split, SOLVER)
    assert all(score.interpolation_crps > 0 and score.extrapolation_crps > 0 for score in both[:2])
    assert both[2] == MemberScore(failure=DIVERGED)
    assert all(score.predict_ms > 0 and score.failure is None for score in found)


def test_a_member_that_fails_leaves_the_others_their_scores(make_model, split, monkeypatch):
    whole, real = scores_on_system(make_model(), split, SOLVER), scoring.window_errors

    def fails(model, *rest):
        if 1 in model.seeds:
            raise SolverError("the steps vanish")
        return real(model, *rest)

    monkeypatch.setattr(scoring, "window_errors", fails)
    first, second, third = scores_on_system(make_model(), split, SOLVER, lost={2})
    assert first.interpolation_nmse == pytest.approx(whole[0].interpolation_nmse, rel=0.02)  # other steps of the solver
    assert second == MemberScore(failure="the steps vanish")
    assert third == MemberScore(failure=DIVERGED)


def test_predictions_that_are_not_finite_are_a_failure(make_model, split):
    model = make_model()
    with torch.no_grad():
        for parameter in model.hidden_to_data.parameters():
            parameter[1] = math.inf
    first, second, _ = scores_on_system(model, split, SOLVER)
    assert first.failure is None
    assert second.failure is not None
    assert math.isnan(second.interpolation_nmse)


def test_a_model_without_z0_is_scored_at_hidden_values():
    rng, counts = np.random.default_rng(0), np.full(20, 6)
    measured = MeasuredSeries(
        data="toy", source="invented", time_unit="h", features=["level"], units=["1"], target="kind",
        classes=["low", "high"], described=[], names=np.array([f"s{n}" for n in range(20)]), counts=counts,
        times=np.tile(np.arange(6.0), 20), values=rng.normal(size=(120, 1)).astype(np.float32),
        labels=np.arange(20) % 2, descriptors=np.zeros((20, 0), np.float32), given_test=np.zeros(20, bool),
    )  # fmt: skip
    asked = [
        Asked(measured, split_series(measured, 0.25, 0.25, Hiding(0.3, "value"), n), "interpolation") for n in (0, 1)
    ]
    model = CRU(ModelConfig(features=1, latent=4, width=4, gaps=True), [0, 1, 2, 3])
    found = scores_on_series(model, asked, [0.1, 1.0], SOLVER)
    assert all(math.isfinite(score.interpolation_nmse) and score.interpolation_crps > 0 for score in found)
    assert all(math.isnan(score.extrapolation_nmse) and score.predict_ms > 0 for score in found)
    assert scores_on_series(model, asked, [0.1, 1.0], SOLVER, lost={2, 3})[1] == MemberScore(failure=DIVERGED)
    with torch.no_grad():
        for parameter in model.state_to_data.parameters():
            parameter[:] = math.nan
    assert all(score.failure for score in scores_on_series(model, asked, [0.1, 1.0], SOLVER))


def test_diverged_members_never_had_a_finite_error():
    history = pd.DataFrame(
        {"seed": [0, 1, 2, 0, 1, 2], "validation_mse": [1.0, math.inf, math.nan, 0.5, 2.0, math.inf]}
    )
    assert diverged(history) == {2}
    assert diverged(history[:0]) == set()


def test_a_table_has_a_line_for_each_replicate():
    facts = dict.fromkeys(("data", "row", "candidates", "tried", "spent_seconds", "train_seconds", "n_parameters"), 1)
    table = RivalScores(score_table([MemberScore(0.5), MemberScore(failure="no")], [7, 8], **facts)).table
    assert table["seed"].tolist() == [7, 8]
    assert table["failure"].fillna("").tolist() == ["", "no"]
