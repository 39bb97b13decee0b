"""Posteriors that are known to be right, too narrow, and wrong."""

import numpy as np
import pandas as pd
import pytest
import torch

from pathlode.inference.box import Box
from pathlode.inference.calibration import LEVELS, Posteriors, missed, score_posteriors

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
    levels, covered, area = posteriors.tarp()
    assert abs(area) < 0.05
    assert np.abs(levels - covered).max() < 0.1
    assert posteriors.errors(PRIOR) == pytest.approx(np.full(2, 12**0.5 / 20), rel=0.15)


def test_narrow_posteriors_are_found_out():
    posteriors = normal(width=0.5)
    assert (posteriors.rank_p_values() < 1e-3).all()
    assert (posteriors.coverage() < LEVELS).all()
    assert posteriors.coverage_error() > 0.15
    assert posteriors.tarp()[2] < -0.03


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


def test_the_table_has_a_row_a_parameter_and_one_for_all():
    posteriors = normal()
    table = score_posteriors(posteriors, PRIOR, ["a", "b"], {"summary": "path", "seed": 1})
    assert table["parameter"].tolist() == ["a", "b", "all"]
    by_name = table.set_index("parameter")
    assert by_name.loc["all", "sbc_p"] == posteriors.rank_p_values().min()
    assert by_name.loc["all", "rmse_over_prior_sd"] == pytest.approx(posteriors.errors(PRIOR).mean())
    assert set(table["tarp_atc"]) == {posteriors.tarp()[2]}
    assert isinstance(table, pd.DataFrame)


def test_a_missed_truth_is_counted_in_standard_deviations():
    draws = torch.randn(4000, 2, generator=torch.Generator().manual_seed(0)) * torch.tensor([1.0, 0.1])
    table = missed(draws, [0.5, 1.0], ["a", "b"], {"seed": 3}).set_index("parameter")
    assert table["inside_90"].tolist() == [True, False]
    assert table["sd_off"].tolist() == pytest.approx([0.5, 10.0], rel=0.1)
    assert (table["seed"] == 3).all()
