import itertools
import math

import numpy as np
import pytest
from scipy import stats

from pathlode.reporting.intervals import interquartile_mean, interval, p_value, pseudomedian

TEN = np.array([3.0, 1.0, 4.0, 1.5, 9.0, 2.6, 5.0, 3.5, 8.0, 9.7])


def test_the_pseudomedian_is_the_median_of_all_pairs_means():
    # pairs of (0, 1, 5): 0, 1, 5, 0.5, 2.5, 3; their median is that of 0, 0.5, 1, 2.5, 3, 5
    assert pseudomedian(np.array([0.0, 1.0, 5.0])) == pytest.approx(1.75)


@pytest.mark.parametrize(
    ("values", "mean"),
    [
        ([1.0, 3, 5, 7, 9, 11, 13, 15, 17], 9.0),  # symmetric
        ([0.0, 1.0, 3.0, 100.0], 2.0),  # the inner two
        ([0.0, 1.0, 2.0, 4.0, 100.0], (0.75 * 1 + 2 + 0.75 * 4) / 2.5),
        ([7.0], 7.0),
    ],
)
def test_the_interquartile_mean_is_that_of_the_middle_half(values, mean):
    assert interquartile_mean(np.array(values[::-1])) == pytest.approx(mean)


def test_few_values_have_students_interval():
    logs = math.log(2) * np.array([1.0, 2.0, 3.0])
    # standard error ln2/√3, t(0.975, 2) = 4.30265
    low, high = interval(logs, 0.05)
    assert [low, high] == pytest.approx(
        [math.log(2) * (2 + sign * 4.302652729911275 / math.sqrt(3)) for sign in (-1, 1)]
    )
    assert p_value(logs, 0.0) == pytest.approx(stats.ttest_1samp(logs, 0.0).pvalue)


@pytest.mark.parametrize("values", [[2.0], [1.0, 1.0, 1.0]])
def test_values_that_show_no_spread_have_an_interval_without_ends(values):
    low, high = interval(np.array(values), 0.05)
    assert (low, high) == (-math.inf, math.inf)
    assert p_value(np.array(values), 0.0) == 1.0


def test_ten_values_have_the_interval_of_the_signed_rank_test():
    # of the 1024 sums of signed ranks, 1 + 1 + 1 + 2 + 2 + 3 are at most 5: 2 · 10 / 1024 = 0.0195
    averages = sorted((a + b) / 2 for a, b in itertools.combinations_with_replacement(TEN, 2))
    assert len(averages) == 55
    assert interval(TEN, 20 / 1024) == (averages[5], averages[-6])
    assert interval(TEN, 19.9 / 1024) == (averages[4], averages[-5])
    assert interval(TEN, 1 / 1024) == (-math.inf, math.inf)


@pytest.mark.parametrize("n", [10, 15])
def test_the_p_value_is_that_of_the_signed_rank_test(n):
    values = np.random.default_rng(n).normal(0.4, 1.0, n)
    assert p_value(values, 0.0) == pytest.approx(stats.wilcoxon(values, method="exact").pvalue)


@pytest.mark.parametrize("n", [4, 10, 17])
def test_the_interval_holds_the_centres_whose_p_value_is_above_the_level(n):
    values = np.random.default_rng(n).standard_t(2, n)
    for level in (0.01, 0.05, 0.3):
        low, high = (float(bound) for bound in interval(values, level))
        assert p_value(values, low) > level * 0.999999
        assert p_value(values, high) > level * 0.999999
        assert p_value(values, low - 1e-6) <= level
        assert p_value(values, high + 1e-6) <= level


def test_ten_equal_values_have_an_interval_of_no_width():
    """Ten replicates with the same coarse score agree; their number is the evidence."""
    assert interval(np.full(10, 0.5), 0.01) == (0.5, 0.5)
    assert p_value(np.full(10, 0.5), 0.0) == 2 / 1024
    assert p_value(np.full(10, 0.5), 0.5) == 1.0


def test_many_experiments_are_done_at_once():
    values = np.random.default_rng(0).normal(size=(6, 12))
    together = interval(values, 0.02)
    for place, own in enumerate(values):
        assert (together[0][place], together[1][place]) == interval(own, 0.02)
        assert p_value(values, 0.1)[place] == p_value(own, 0.1)
        assert interquartile_mean(values)[place] == pytest.approx(interquartile_mean(own))


UNITS = np.array([[0.0, 1, 2], [1, 2, 3], [2, 3, 4]])
"""Three values without each of three units."""


def test_shared_units_widen_the_interval():
    # s²/n = 1/3; the means without a unit are 1, 2, 3, so that (P - 1)/P · 2 = 4/3; together 5/3
    # degrees of freedom: (5/3)² / ((1/3)²/2 + (4/3)²/2) = 50/17
    low, high = interval(UNITS[1], 0.05, UNITS)
    half = stats.t.ppf(0.975, 50 / 17) * math.sqrt(5 / 3)
    assert [low, high] == pytest.approx([2 - half, 2 + half])
    assert p_value(UNITS[1], high, UNITS) == pytest.approx(0.05)


@pytest.mark.parametrize("n", [5, 10])
def test_units_that_do_not_matter_leave_students_interval(n):
    values = np.random.default_rng(n).normal(size=n)
    made = interval(values, 0.1, np.stack([values] * 4))
    assert made == pytest.approx(stats.t.interval(0.9, n - 1, values.mean(), stats.sem(values)))


@pytest.mark.parametrize("without", [UNITS[:1], np.where(UNITS == 4, np.nan, UNITS)])
def test_units_that_show_no_spread_leave_an_interval_without_ends(without):
    assert interval(UNITS[1], 0.05, without) == (-math.inf, math.inf)
    assert p_value(UNITS[1], 0.0, without) == 1.0


def missed_f1(counts, weights):
    """1 - macro F1, (set, ...), of patients with weights (set, patient), from beats, predicted beats and hits by class."""
    n, said, hits = (np.einsum("bp,...pk->b...k", weights, each) for each in counts)
    return 1 - (2 * hits / (n + said)).mean(axis=-1)


def log_ratio_of_patients(rng, patients, replicates, spread, weights):
    """Log ratios of two classifiers, (set, replicate). Of the classes N, S and V, a few patients have most S. A class is missed
    by the patient, by the patient and the classifier, and by the classifier's replicate. What is missed is called N or V.
    """
    n = 1 + np.exp([7.0, 4.0, 5.0] + spread * np.array([0.4, 2.0, 1.2]) * rng.standard_normal((patients, 3)))
    of_patient = rng.standard_normal((patients, 3)) + 0.5 * rng.standard_normal((2, 1, patients, 3))
    logits = [4.0, 0.3, 2.0] + of_patient + 0.2 * rng.standard_normal((2, replicates, 1, 3))
    hits = n / (1 + np.exp(-logits))
    missed = n - hits
    said = hits + np.stack([missed[..., 1:].sum(axis=-1), np.zeros_like(missed[..., 0]), missed[..., 0]], axis=-1)
    both = missed_f1((np.broadcast_to(n, hits.shape), said, hits), weights)
    return np.log(both[:, 0] / both[:, 1])


@pytest.mark.parametrize(
    ("patients", "replicates", "spread", "most"), [(22, 5, 0.3, 0.07), (10, 5, 0.3, 0.07), (22, 5, 1.0, 0.1)]
)
def test_an_interval_over_few_patients_misses_the_truth_as_often_as_stated(patients, replicates, spread, most):
    rng = np.random.default_rng(0)
    everyone = np.ones((1, 20_000))
    truth = np.mean([log_ratio_of_patients(rng, 20_000, 20, spread, everyone).mean() for _ in range(3)])
    weights = np.concatenate([np.ones((1, patients)), 1 - np.eye(patients)])
    missed = {"patients": 0, "replicates": 0}
    for _ in range(500):
        values, *without = log_ratio_of_patients(rng, patients, replicates, spread, weights)
        for name, units in (("patients", np.array(without)), ("replicates", None)):
            low, high = interval(values, 0.05, units)
            missed[name] += not low < truth < high
    assert missed["patients"] / 500 <= most
    assert missed["replicates"] / 500 > 0.15
