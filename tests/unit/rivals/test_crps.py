import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from pathlode.core.solve import Adaptive
from pathlode.dynamics.simulation import SimulationConfig, simulate_replicates
from pathlode.errors import SolverError
from pathlode.models.constant import Constant
from pathlode.models.cru import CRU
from pathlode.models.latent_sde import LatentSDE
from pathlode.models.path_draws import PATHS
from pathlode.models.settings import ModelConfig
from pathlode.real.fits import Asked
from pathlode.real.measured import MeasuredSeries
from pathlode.real.splits import Hiding, split_series
from pathlode.registry import SYSTEMS
from pathlode.rivals.crps import crps_on_series, crps_on_system, predicted_mixture, relative_crps
from pathlode.uncertainty.mixtures import NormalMixture

SOLVER = Adaptive(rtol=1e-3, atol=1e-3)


class Noisy(Constant):
    """Standard normal values about 0, the same at all times of a trajectory."""

    def draws(self, steps):
        return self.config.features

    def predicted(self, given, query):
        found = super().predicted(given, query)
        return replace(found, values=query.noise[:, :, None].expand(found.values.shape))


class Failing(Constant):
    def predicted(self, given, query):
        if 1 in self.seeds:
            raise SolverError("the steps vanish")
        return super().predicted(given, query)


@pytest.fixture(scope="module")
def split():
    config = SimulationConfig(4, 2, 3, points=10, window=(2.0, 3.0), noise=0.0, windows_beyond=2, seed=1)
    return simulate_replicates(SYSTEMS["coupled_oscillator"](), config, [0, 1])["test"]


def test_drawn_values_are_scored_as_an_ensemble():
    """At 0, of M standard normal draws: E|x| - (1 - 1/M) E|x - x'| / 2 = √(2/π) - (1 - 1/M) / √π."""
    model, times = Noisy(ModelConfig(features=2), [3, 4]), torch.tensor([0.0, 1.0]).expand(4000, 2)
    predicted = predicted_mixture(model, times, torch.zeros(4000, 2, 2), None, SOLVER)
    assert predicted.means.shape == (PATHS, 2, 4000, 2, 2)
    first, second = (NormalMixture(predicted.means[:, m], predicted.stds[:, m]) for m in (0, 1))
    expected = math.sqrt(2 / math.pi) - (1 - 1 / PATHS) / math.sqrt(math.pi)
    units = torch.tensor([2.0, 2.0])
    assert relative_crps(first, torch.zeros(4000, 2, 2), units) == pytest.approx(expected / 2, rel=0.02)
    assert not torch.equal(first.means, second.means)  # of each member's own stream
    alone = predicted_mixture(model.member(1), times, torch.zeros(4000, 2, 2), None, SOLVER)
    assert torch.equal(alone.means[:, 0], second.means)


def test_a_single_value_is_scored_by_its_absolute_error(split):
    found = crps_on_system(Constant(ModelConfig(features=split.inside.values.shape[-1]), [0, 1]), split, SOLVER)
    for member, (inside, beyond) in enumerate(found):
        observed, last = split.observed.values[member], split.observed.values[member, :, -1:]
        for score, truth, predicted in (
            (inside, split.inside.values[member], observed.mean(dim=1, keepdim=True)),
            (beyond, split.beyond.values[member, :, : split.inside.times.shape[-1]], last),
        ):
            units = truth.std(dim=(0, 1), correction=0)
            assert score == pytest.approx(float(((predicted - truth).abs() / units).mean()), rel=0.02)


def test_paths_of_an_sde_are_drawn_in_both_windows(split):
    sizes = {"features": split.inside.values.shape[-1], "hidden": 4, "latent": 3, "width": 5, "variational": True}
    model = LatentSDE(ModelConfig(**sizes), [0, 1])
    assert all(score > 0 for member in crps_on_system(model, split, SOLVER) for score in member)


def test_a_member_that_fails_leaves_the_others_their_scores(split):
    features = split.inside.values.shape[-1]
    whole = crps_on_system(Constant(ModelConfig(features=features), [0, 1]), split, SOLVER)
    first, second = crps_on_system(Failing(ModelConfig(features=features), [0, 1]), split, SOLVER)
    assert first == pytest.approx(whole[0])
    assert np.isnan(second).all()


def test_what_is_not_finite_has_no_score_but_where_nothing_is_scored():
    lost = NormalMixture(torch.tensor([[[[1.0], [math.inf]]]]), torch.zeros(1, 1, 2, 1))
    assert math.isnan(relative_crps(lost, torch.zeros(1, 2, 1), torch.ones(1)))
    assert relative_crps(lost, torch.tensor([[[0.0], [math.nan]]]), torch.ones(1)) == 1.0


@pytest.mark.parametrize("kind", [Constant, CRU])
def test_hidden_values_are_scored_in_units_of_the_training_series(kind):
    rng, counts = np.random.default_rng(0), np.full(20, 6)
    measured = MeasuredSeries(
        data="toy", source="invented", time_unit="h", features=["level"], units=["1"], target="kind",
        classes=["low", "high"], described=[], names=np.array([f"s{n}" for n in range(20)]), counts=counts,
        times=np.tile(np.arange(6.0), 20), values=rng.normal(5, 3, size=(120, 1)).astype(np.float32),
        labels=np.arange(20) % 2, descriptors=np.zeros((20, 0), np.float32), given_test=np.zeros(20, bool),
    )  # fmt: skip
    asked = Asked(measured, split_series(measured, 0.25, 0.25, Hiding(0.3, "value"), 0), "interpolation")
    sizes = {"latent": 4, "width": 4, "gaps": True} if kind is CRU else {"gaps": True}
    found = crps_on_series(kind(ModelConfig(features=1, **sizes), [0]), asked, SOLVER)
    if kind is CRU:
        assert found > 0
        return
    test, absolute = asked.split.test, []
    for seen, times, values in zip(asked.seen[test], asked.times[test], asked.values[test], strict=True):
        known = np.flatnonzero(np.isfinite(seen[:, 0]))
        for place in np.flatnonzero(np.isfinite(values[:, 0])):
            inside = times[place] <= times[known[-1]]
            absolute.append(abs(values[place, 0] - (seen[known, 0].mean() if inside else seen[known[-1], 0])))
    assert found == pytest.approx(np.mean(absolute) / float(asked.units.std[0]), rel=1e-5)
