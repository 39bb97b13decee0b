import pandas as pd
import pytest

from pathlode.inference.criteria import Targets, criteria
from pathlode.inference.scores import AS_IN_TRAINING

TARGETS = Targets(log_prob_gap=3.5, c2st=0.7, sharpened_c2st=0.55, coverage_error=0.03, shifted_coverage_error=0.05)
GOOD = {"tarp_atc": -0.06, "c2st": 0.7, "sharpened_c2st": 0.5, "log_prob_gap": 3.6, "coverage_error": 0.02}


def scores(p_values, shift=0.0, summary="path"):
    """Two parameters in replicates whose smallest p-values are given, under the training's and two other designs."""
    rows = []
    for seed, p in enumerate(p_values):
        for condition, error in ((AS_IN_TRAINING, 0.02), ("noisy", 0.04), ("few", 0.06)):
            facts = GOOD | {"summary": summary, "seed": seed, "condition": condition, "coverage_error": error}
            rows += [
                facts | {"parameter": name, "sbc_p": value, "rmse_over_prior_sd": 0.3 + shift}
                for name, value in (("a", 0.9), ("b", p), ("all", p))
            ]
    return rows


def test_each_criterion_of_a_summary_is_decided_by_its_median_over_replicates():
    table = criteria(pd.DataFrame(scores([0.01, 0.4, 0.5]) + scores([0.01] * 3, 0.1, "kl")), TARGETS, "path", "kl")
    mine = table[table["summary"] == "path"].set_index("criterion")
    assert mine["value"].tolist() == pytest.approx([1, -0.06, 3.6, 0.7, 0.5, 0.02, 0.06, 0.75])
    assert mine["threshold"].tolist() == [
        *("<= 1", "within 0.05 of 0", "<= 3.5", "<= 0.7", "<= 0.55", "<= 0.03", "<= 0.05", "< 1"),
    ]
    assert mine["met"].tolist() == [True, False, False, True, True, True, False, True]
    assert table[table["summary"] == "kl"]["met"].tolist() == [False, False, False, True, True, True, False]


def test_what_was_not_measured_is_not_judged():
    """As calibration, of posteriors of single observations."""
    table = pd.DataFrame(scores([0.5])).assign(sbc_p=float("nan"), tarp_atc=float("nan"), coverage_error=float("nan"))
    assert criteria(table, TARGETS, "path")["value"].tolist() == [3.6, 0.7, 0.5]


@pytest.mark.parametrize(("p", "rejected"), [(0.024, 1), (0.026, 0)])
def test_the_smallest_of_many_p_values_is_corrected_for_their_number(p, rejected):
    table = criteria(pd.DataFrame(scores([p])), TARGETS, "path")
    assert table["value"].iloc[0] == rejected
    assert len(table) == 7
