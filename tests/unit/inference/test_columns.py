"""The columns that claims are decided by, against numbers worked out by hand."""

import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest
import torch

from pathlode.inference.box import Box
from pathlode.inference.calibration import Posteriors
from pathlode.inference.columns import (
    labelled,
    log_prob_gap,
    misses,
    of_most_pairs,
    perplexity,
    score_posteriors,
    under_all_designs,
    with_derived,
)
from pathlode.inference.scores import AS_IN_TRAINING


def test_perplexity_is_the_geometric_mean_of_one_over_the_density():
    densities = np.array([0.5, 0.125, 1.0])  # their product is 1/16
    assert perplexity(np.log(densities).mean()) == pytest.approx(16 ** (1 / 3))
    assert perplexity(0.0) == 1


def test_each_library_has_a_largest_number_of_pairs_of_its_own():
    sizes = [("zuko", "path", 20), ("zuko", "path", 60), ("nflows", "path", 90), ("zuko", "binned", 0)]
    scores = pd.DataFrame(sizes, columns=["backend", "summary", "n_train"])
    assert of_most_pairs(scores)["n_train"].tolist() == [60, 90, 0]


class Floor(NamedTuple):
    """What the columns read of reference posteriors, by replicate."""

    mean_c2st_floor: float
    n_draws: int
    replicates: Mapping[int, "Floor"] = MappingProxyType({})

    def of(self, seed):
        return self.replicates[seed]


def test_the_gap_is_the_mean_distance_below_the_reference():
    assert log_prob_gap(np.array([2.0, 5.0]), np.array([1.0, 2.0])) == 2.0


def test_scores_get_their_derived_columns_with_the_floor_of_their_replicate():
    scores = pd.DataFrame({"seed": [3, 8, 3], "mean_log_prob": [0.0, math.log(4), 0.0], "c2st": [0.9, 0.5, 0.51]})
    references = Floor(0.0, 0, {3: Floor(0.52, 20_000), 8: Floor(0.4, 1250)})  # their least excess: 0.005 and 0.02
    table = with_derived(scores, references)
    assert table["perplexity"].tolist() == pytest.approx([1, 0.25, 1])
    assert table["c2st_excess"].tolist() == pytest.approx([0.38, 0.1, 0.005])
    assert list(scores) == ["seed", "mean_log_prob", "c2st"]


@pytest.fixture
def posteriors():
    """Twenty systems, in pairs: the draws are 0, 1, 2, 3, the truth is 0.5 for the first parameter and 2.5 for the second."""
    draws = torch.arange(4.0)[:, None, None].expand(4, 20, 2)
    truth = torch.tensor([[0.5, 2.5]]).expand(20, 2)
    return Posteriors(truth, draws, torch.full((20,), -1.0), torch.tensor([-2.0, 0.0, 0.0, 0.0])[:, None].expand(4, 20))


def test_the_table_has_a_row_a_parameter_and_one_for_all(posteriors):
    prior = Box(torch.zeros(2), torch.tensor([12**0.5, 2 * 12**0.5]))  # standard deviations 1 and 2
    table = score_posteriors(posteriors, prior, ["a", "b"]).set_index("parameter")
    assert list(table.index) == ["a", "b", "all"]
    assert table["rmse_over_prior_sd"].tolist() == pytest.approx([1.0, 0.5, 0.75])  # the means are 1.5
    assert (table["mean_log_prob"] == -1).all()
    ranks = posteriors.rank_p_values()  # a quarter and three quarters
    assert table["sbc_p"].tolist() == [*ranks, ranks.min()]
    # All truths are inside regions that hold three quarters of the draws: in those of 0.75 and more
    levels = [number / 20 for number in range(1, 20)]
    by_hand = sum(level if level < 0.75 else 1 - level for level in levels) / 19
    assert table["coverage_error"].tolist() == pytest.approx([by_hand] * 3, abs=1e-9)


def test_a_missed_truth_is_counted_in_standard_deviations():
    draws = torch.tensor([[0.0, 0.0], [1.0, 0.1], [2.0, 0.2]], dtype=torch.float64)
    table = misses(draws, [1.5, 0.4], ["a", "b"]).set_index("parameter")
    assert table["mean"].tolist() == pytest.approx([1, 0.1])
    assert table["std"].tolist() == pytest.approx([1, 0.1])
    assert table["sd_off"].tolist() == pytest.approx([0.5, 3])
    assert table["inside_90"].tolist() == [True, False]


def test_scores_under_other_designs_follow_those_of_the_training_once():
    scores = pd.DataFrame({"seed": [4, 5], "coverage_error": [0.1, 0.2], "c2st": [0.8, 0.9]})
    shifted = pd.DataFrame({"seed": [4, 4], "coverage_error": [0.1, 0.3], "condition": [AS_IN_TRAINING, "20 points"]})
    table = under_all_designs(scores, shifted)
    assert table["replicate"].tolist() == table["seed"].tolist() == [4, 5, 4]
    assert table["condition"].tolist() == [AS_IN_TRAINING, AS_IN_TRAINING, "20 points"]
    assert table["coverage_error"].tolist() == [0.1, 0.2, 0.3]
    assert table["c2st"].isna().tolist() == [False, False, True]


def test_facts_become_the_first_columns_of_every_row():
    parts = pd.concat([pd.DataFrame({"x": [1, 2]}), pd.DataFrame({"x": [3]})])
    table = labelled(parts, {"summary": "path", "seed": 4})
    assert table.to_dict("list") == {"summary": ["path"] * 3, "seed": [4] * 3, "x": [1, 2, 3]}
    assert list(table) == ["summary", "seed", "x"]
