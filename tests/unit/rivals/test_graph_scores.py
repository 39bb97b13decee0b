import math

import numpy as np
import pytest
import torch

from pathlode.core.solve import Adaptive
from pathlode.dynamics.simulation import SimulationConfig, simulate_replicates
from pathlode.errors import SolverError
from pathlode.models.observed_ode import ObservedODE
from pathlode.models.settings import ModelConfig
from pathlode.registry import SYSTEMS
from pathlode.rivals import graph_scores as scoring
from pathlode.rivals.graph_scores import Held, graph_scores, influence_table

SOLVER, HELD = Adaptive(rtol=1e-6, atol=1e-6), Held("v", 0.0)
CONFIG = SimulationConfig(4, 2, 3, points=10, window=(2.0, 3.0), noise=0.0, windows_beyond=2, seed=1)
SYSTEM = SYSTEMS["two_oscillators"]()
MATRIX = torch.tensor([[0.0, 1, 0, 0], [-2, -0.1, 0, 0], [0, 0, 0, -1], [0, 0, 1, 0]])
"""The oscillator, and the cycle of prey and predators for small swings about (1, 1)."""


@pytest.fixture(scope="module")
def split():
    return simulate_replicates(SYSTEM, CONFIG, [7, 8])["test"]


@pytest.fixture
def model():
    """A member with the graph of the system, and one with that of the oscillator alone."""
    made = ObservedODE(ModelConfig(features=4, field="linear"), (7, 8))
    made.mean.copy_(torch.tensor([0.0, 0, 1, 1]))
    made.std.fill_(1.0)
    made.field.matrix.data = MATRIX.repeat(2, 1, 1)
    made.field.matrix.data[1, 2:] = 0.0
    return made


def test_the_true_graph_is_found_and_its_intervention_predicted(model, split):
    found = graph_scores(model, SYSTEM, split, HELD, SOLVER).set_index("replicate")
    assert found["auroc"].tolist() == [1.0, pytest.approx(0.75)]  # half of the edges, and ties
    assert found.loc[7, "intervened_nmse"] < 0.01 < 0.1 < found.loc[8, "intervened_nmse"]
    assert found["interpolation_nmse"].notna().all()
    assert found["failure"].isna().all()


def test_the_table_of_influences_has_a_line_for_each_pair(model, split):
    table = influence_table(model, SYSTEM, split)
    assert len(table) == 2 * 4 * 4
    own = table[table["replicate"] == 7].set_index(["driven", "driver"])
    assert own.loc[("v", "x"), "influence"] == pytest.approx(2.0)
    assert (own["edge"] == (own["influence"] > 0) | own.index.isin([("y", "y"), ("z", "z")])).all()


def test_what_fails_or_diverged_is_missing(model, split, monkeypatch):
    real = scoring.clamped_nmse

    def fails(model, *rest):
        if 8 in model.seeds:
            raise SolverError("the steps vanish")
        return real(model, *rest)

    monkeypatch.setattr(scoring, "clamped_nmse", fails)
    found = graph_scores(model, SYSTEM, split, HELD, SOLVER)
    assert np.isfinite(found["intervened_nmse"]).tolist() == [True, False]
    lost = graph_scores(model, SYSTEM, split, HELD, SOLVER, lost={7}).set_index("replicate")
    assert math.isnan(lost.loc[7, "auroc"])
    assert lost.loc[7, "failure"] == "its training diverged"
