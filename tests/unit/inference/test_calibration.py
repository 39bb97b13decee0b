"""Posteriors that are known to be right, too narrow, and wrong."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch
from sbi.diagnostics import check_tarp, run_sbc, run_tarp
from sbi.diagnostics.sbc import check_uniformity_frequentist
from scipy.stats import kstest

from pathlode.errors import DataError
from pathlode.inference.box import Box
from pathlode.inference.calibration import LEVELS, Posteriors, Tarp

PRIOR = Box(torch.full((2,), -10.0), torch.full((2,), 10.0))


def normal(width=1.0, shift=0.0, systems=400, draws=500):
    """Truths with unit normal posteriors around what was seen, and draws from normals of another width or place."""
    generator = torch.Generator().manual_seed(1)
    seen = torch.randn(systems, 2, generator=generator)
    truth = seen + torch.randn(systems, 2, generator=generator)
    said = torch.distributions.Normal(seen + shift, width)
    drawn = seen + shift + width * torch.randn(draws, systems, 2, generator=generator)
    return Posteriors(truth, drawn, said.log_prob(truth).sum(dim=-1), said.log_prob(drawn).sum(dim=-1))


def test_right_posteriors_pass():
    posteriors = normal()
    assert (posteriors.rank_p_values() > 0.05).all()
    assert posteriors.coverage_error() < 0.03
    tarp = posteriors.tarp()
    assert abs(tarp.area) < 0.05
    assert float((tarp.levels - tarp.covered).abs().max()) < 0.1
    assert posteriors.errors(PRIOR) == pytest.approx(np.full(2, 12**0.5 / 20), rel=0.15)


def test_few_draws_of_many_right_posteriors_have_uniform_p_values():
    """Ten draws of 2,000 systems and 40 parameters. With ranks in tenths all p-values would be near 0."""
    truth, *draws = torch.randn(11, 2000, 40, generator=torch.Generator().manual_seed(3))
    p_values = Posteriors(truth, torch.stack(draws), *2 * [torch.zeros(1)]).rank_p_values()
    assert kstest(p_values, "uniform").pvalue > 0.05


def test_narrow_posteriors_are_found_out():
    posteriors = normal(width=0.5)
    assert (posteriors.rank_p_values() < 1e-3).all()
    assert (posteriors.coverage() < LEVELS).all()
    assert posteriors.coverage_error() > 0.15
    assert posteriors.tarp().area < -0.03


def test_shifted_posteriors_are_found_out():
    posteriors = normal(shift=0.7)
    assert (posteriors.rank_p_values() < 1e-3).all()
    assert posteriors.coverage_error() > 0.05


def test_ranks_are_shares_of_the_draws_below():
    truth, draws = torch.tensor([[0.5, 2.0]]), torch.tensor([[[0.0, 1.0]], [[1.0, 1.0]], [[2.0, 3.0]], [[3.0, 1.0]]])
    posteriors = Posteriors(truth, draws, torch.zeros(1), torch.tensor([[-1.0], [1.0], [1.0], [-1.0]]))
    assert posteriors.ranks().tolist() == [[0.25, 0.75]]
    assert posteriors.coverage()[LEVELS >= 0.5].all()
    assert not posteriors.coverage()[LEVELS < 0.49].any()


def test_errors_are_in_standard_deviations_of_the_prior():
    draws = torch.tensor([[[1.0, 0.0], [0.0, 4.0]], [[3.0, 0.0], [0.0, 2.0]]])  # means (2, 0) and (0, 3)
    posteriors = Posteriors(torch.tensor([[1.0, 0.0], [7.0, 3.0]]), draws, torch.zeros(2), torch.zeros(2, 2))
    assert posteriors.errors(PRIOR) == pytest.approx([5 / (20 / 12**0.5), 0])  # of errors 1 and 7, and of none


def test_coverage_is_of_regions_of_highest_density():
    """Of four draws none, one, and three are less likely than the truth, which is at the edge of all, 3/4 and 1/4 of them."""
    draws_log_prob = torch.tensor([[0.0, -1.0, -1.0], [0.0, 1.0, -1.0], [0.0, 1.0, -1.0], [0.0, 1.0, 1.0]])
    posteriors = Posteriors(torch.zeros(3, 1), torch.zeros(4, 3, 1), torch.tensor([-0.5, 0.0, 0.0]), draws_log_prob)
    expected = [
        0 if level < 0.25 else 1 / 3 if level < 0.75 else 2 / 3 for level in (number / 20 for number in range(1, 20))
    ]
    assert posteriors.coverage() == pytest.approx(expected)
    # 0.05 to 0.2; 0.25 to 0.7, less 1/3; 0.75 to 0.95, less 2/3
    by_hand = 0.5 + (1 / 3 - 0.25) + (1 / 3 - 0.3) + sum(level / 100 - 1 / 3 for level in range(35, 75, 5))
    by_hand += sum(level / 100 - 2 / 3 for level in range(75, 100, 5))
    assert posteriors.coverage_error() == pytest.approx(by_hand / 19)


def test_few_systems_are_no_test_with_random_points():
    with pytest.raises(DataError, match="there are 9 systems for the test with random points, expected at least 10"):
        normal(systems=9, draws=5).tarp()


def test_the_area_is_counted_from_the_middle_level_on():
    levels = torch.tensor([0.0, 0.25, 0.5, 0.75, 1.0])
    assert Tarp(levels, torch.tensor([0.0, 0.9, 0.5, 0.75, 1.0])).area == 0
    assert Tarp(levels, torch.tensor([0.0, 0.25, 0.4, 0.55, 1.0])).area == pytest.approx(-0.3 * 0.25)


@pytest.mark.filterwarnings("ignore:Number of", "ignore:ks_2samp")
@pytest.mark.parametrize("other", [{}, {"width": 0.5}, {"shift": 0.7, "systems": 47, "draws": 30}])
def test_the_diagnostics_are_those_of_sbi(other):
    ours = normal(**other)
    count, index = len(ours.draws), torch.arange(len(ours.truth), dtype=torch.float32)[:, None]
    theirs = SimpleNamespace(sample_batched=lambda *_, **__: ours.draws)

    def log_prob(theta, index):
        system = int(index)
        return ours.log_prob[system : system + 1] if len(theta) == 1 else ours.draws_log_prob[:, system]

    ranks, below = (
        run_sbc(ours.truth, index, theirs, count, reduced, show_progress_bar=False)[0]
        for reduced in ("marginals", log_prob)
    )
    assert np.array_equal(ours.ranks(), ranks.double().numpy() / count)
    theirs_p = check_uniformity_frequentist(ranks.double(), count).numpy()  # ties, of one in L + 1, are as they are
    assert np.log(ours.rank_p_values()) == pytest.approx(np.log(theirs_p), rel=0.3, abs=0.3)
    inside = 1 - below.double().numpy() / count <= LEVELS
    assert np.array_equal(ours.coverage(), inside.mean(axis=0))
    torch.manual_seed(5)
    covered, levels = run_tarp(ours.truth, ours.truth, theirs, num_posterior_samples=count, show_progress_bar=False)
    tarp = ours.tarp(seed=5)
    assert tarp.levels.equal(levels)
    assert tarp.covered.equal(covered)
    assert tarp.area == pytest.approx(check_tarp(covered, levels)[0], abs=1e-7)


def test_random_points_leave_the_global_generator_alone():
    torch.manual_seed(3)
    expected = torch.rand(4)
    torch.manual_seed(3)
    normal(systems=20, draws=10).tarp()
    assert torch.equal(torch.rand(4), expected)
