"""The budget of errors, and false verdicts and power of the whole rule in simulated experiments."""

import math

import numpy as np
import pytest
from scipy import stats

from pathlode.errors import ConfigError
from pathlode.reporting.intervals import interval, p_value
from pathlode.reporting.looks import Looks, spent

LOOKS = Looks()
EXPERIMENTS = 10_000


def test_what_is_spent_grows_from_nothing_to_all():
    assert spent(0.0, 0.05) == 0.0
    assert spent(0.5, 0.05) == pytest.approx(0.05 * math.log(1 + (math.e - 1) / 2))
    assert spent(1.0, 0.05) == pytest.approx(0.05)


def test_a_single_look_spends_the_whole_budget():
    assert Looks((20,), 0.05).level(20) == pytest.approx(0.05)


def test_levels_of_equal_looks_are_those_of_the_textbook():
    """Two looks of Pocock's spending function at 0.05: bounds 2.157 and 2.201 (Jennison & Turnbull 2000; R's ldbounds)."""
    two = Looks((10, 20), 0.05)
    assert [-stats.norm.ppf(two.level(n) / 2) for n in (10, 20)] == pytest.approx([2.157, 2.201], abs=0.001)


def test_the_levels_together_spend_the_budget():
    """The first rejection of a Brownian motion: its probability at each look is what the look may spend."""
    rng = np.random.default_rng(1)
    replicates = LOOKS.replicates
    sums = np.cumsum(rng.standard_normal((400_000, 4)) * np.sqrt(np.diff((0, *replicates))), axis=1)
    p = 2 * stats.norm.sf(np.abs(sums / np.sqrt(replicates)))
    rejected = np.logical_or.accumulate(p <= [LOOKS.level(n) for n in replicates], axis=1).mean(axis=0)
    assert rejected == pytest.approx([spent(n / 40, 0.05) for n in replicates], abs=0.0012)


@pytest.mark.parametrize(
    ("n", "look"), [(1, 1), (3, 1), (5, 1), (9, 1), (10, 2), (19, 2), (20, 3), (39, 3), (40, 4), (99, 4)]
)
def test_a_number_of_replicates_is_the_last_look_that_it_reaches(n, look):
    assert LOOKS.number(n) == look


@pytest.mark.parametrize("n", [3, 10, 20, 40])
def test_a_p_value_over_all_looks_is_at_the_budget_where_the_look_just_rejects(n):
    assert LOOKS.over_all(LOOKS.level(n), n) == pytest.approx(0.05, rel=1e-3)
    strict = Looks(LOOKS.replicates, 0.01)
    assert LOOKS.over_all(strict.level(n), n) == pytest.approx(0.01, rel=1e-3)
    assert LOOKS.over_all(0.99, n) == 1.0
    assert LOOKS.level(n) < LOOKS.over_all(LOOKS.level(n) * 1.01, n)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (((10, 10), 0.05), r"replicates is \(10, 10\), expected increasing numbers"),
        (((), 0.05), "expected increasing numbers"),
        (((0, 10), 0.05), "expected increasing numbers"),
        (((10,), 1.0), "error is 1.0, expected a probability below 0.9"),
    ],
)
def test_a_plan_that_cannot_be_is_refused(settings, message):
    with pytest.raises(ConfigError, match=message):
        Looks(*settings)


def contaminated(rng, shape):
    """Normal; one value in ten is ten times as far off."""
    return rng.standard_normal(shape) * np.where(rng.random(shape) < 0.1, 10.0, 1.0)


def diverging(rng, shape):
    """Ratios of two errors of the same skewed kind: one training in five ends with an error that is up to e⁸ times as large."""
    first, second = (
        rng.gumbel(0.0, 0.5, shape) + np.where(rng.random(shape) < 0.2, 8 * rng.random(shape), 0.0) for _ in range(2)
    )
    return first - second


EXCHANGEABLE = {
    "normal": lambda rng, shape: rng.standard_normal(shape),
    "t with 2 degrees": lambda rng, shape: rng.standard_t(2, shape),
    "t with 3 degrees": lambda rng, shape: rng.standard_t(3, shape),
    "contaminated": contaminated,
    "skewed errors": lambda rng, shape: rng.exponential(1.0, shape) - rng.exponential(1.0, shape),
    "trainings that diverge": diverging,
}
"""Log ratios of two sides between which there is no difference. Each is symmetric, whatever the errors' distribution."""


@pytest.mark.parametrize("kind", EXCHANGEABLE)
@pytest.mark.parametrize("first", [3, 5, 9])
def test_false_verdicts_keep_the_level_at_each_look_and_over_all(kind, first):
    looks = (first, 10, 20, 40)
    logs = EXCHANGEABLE[kind](np.random.default_rng(2), (EXPERIMENTS, 40))
    rejected = np.stack([p_value(logs[:, :n], 0.0) <= LOOKS.level(n) for n in looks])
    assert rejected.any(axis=0).mean() < 0.05 + 3 * np.sqrt(0.05 / EXPERIMENTS)
    for n, rate in zip(looks, rejected.mean(axis=1), strict=True):
        assert rate < LOOKS.level(n) + 3 * np.sqrt(LOOKS.level(n) / EXPERIMENTS)


@pytest.mark.parametrize(
    ("draw", "most"),
    [
        (lambda rng, shape: rng.gumbel(0.0, 1.0, shape), 0.05),
        (
            lambda rng, shape: contaminated(rng, shape) + np.where(rng.random(shape) < 0.1, 8 * rng.random(shape), 0.0),
            0.05,
        ),
        (lambda rng, shape: rng.exponential(1.0, shape), 0.06),
        (lambda rng, shape: rng.lognormal(0.0, 1.0, shape), 0.06),
    ],
    ids=["Gumbel", "one-sided outliers", "exponential", "lognormal"],
)
def test_skewed_ratios_cost_little_from_ten_replicates_on(draw, most):
    """No test for a centre is exact for skewed values. Student's would err in 0.1 to 0.2 of these experiments."""
    rng = np.random.default_rng(3)
    many = draw(rng, (2, 1_000_000))
    centre = float(np.median(many.mean(axis=0)))
    logs = draw(rng, (EXPERIMENTS, 40))
    rejected = np.stack([p_value(logs[:, :n], centre) <= LOOKS.level(n) for n in (10, 20, 40)])
    assert rejected.any(axis=0).mean() < most + 3 * np.sqrt(most / EXPERIMENTS)


@pytest.mark.parametrize("kind", ["normal", "t with 2 degrees", "contaminated"])
def test_no_difference_is_rarely_said_of_a_difference_at_the_margin(kind):
    """Half the level at each look, and half the budget over all: one end of the interval must fail to reach the margin."""
    rng = np.random.default_rng(4)
    margin = math.log(1.1)
    logs = margin + 0.1 * EXCHANGEABLE[kind](rng, (EXPERIMENTS, 40))
    said = []
    for n in LOOKS.replicates:
        low, high = interval(logs[:, :n], LOOKS.level(n))
        said.append((low > -margin) & (high < margin))
        assert said[-1].mean() < LOOKS.level(n) / 2 + 3 * np.sqrt(LOOKS.level(n) / 2 / EXPERIMENTS)
    assert np.any(said, axis=0).mean() < 0.025 + 3 * np.sqrt(0.025 / EXPERIMENTS)


@pytest.mark.parametrize(
    ("kind", "shift", "n", "least"),
    [
        ("normal", 1.0, 10, 0.45),  # a ratio of e, whose logarithm has a standard deviation of 1
        ("normal", 1.0, 20, 0.93),
        ("normal", 0.5, 40, 0.74),
        ("t with 2 degrees", 1.0, 20, 0.55),
        ("t with 2 degrees", 1.0, 40, 0.93),
        ("contaminated", 1.0, 20, 0.7),
        ("trainings that diverge", 1.0, 40, 0.7),
    ],
)
def test_a_difference_is_found(kind, shift, n, least):
    logs = shift + EXCHANGEABLE[kind](np.random.default_rng(5), (2_000, n))
    low, _ = interval(logs, LOOKS.level(n))
    assert (low > 0).mean() > least


@pytest.mark.parametrize(("spread", "n", "least"), [(0.05, 10, 0.95), (0.1, 20, 0.75), (0.15, 40, 0.8)])
def test_equality_is_found(spread, n, least):
    """Within a tenth either way, for a spread of the log ratios of 0.05 to 0.15."""
    logs = spread * np.random.default_rng(6).standard_normal((2_000, n))
    low, high = interval(logs, LOOKS.level(n))
    assert ((low > -math.log(1.1)) & (high < math.log(1.1))).mean() > least


def test_students_interval_finds_less_and_errs_more():
    """Why the signed-rank interval: heavy tails widen Student's, skew makes it err."""
    rng = np.random.default_rng(7)

    def student(logs, level):
        error = logs.std(axis=1, ddof=1) / np.sqrt(logs.shape[1])
        half = stats.t.ppf(1 - level / 2, logs.shape[1] - 1) * error
        return logs.mean(axis=1) - half, logs.mean(axis=1) + half

    heavy = 1.0 + contaminated(rng, (4_000, 20))
    found = [(bounds(heavy, LOOKS.level(20))[0] > 0).mean() for bounds in (interval, student)]
    assert found[0] > 0.7 > 0.4 > found[1]
    skewed = rng.lognormal(0.0, 1.0, (4_000, 20))
    low, high = student(skewed, LOOKS.level(20))
    mean = math.exp(0.5)
    assert ((low > mean) | (high < mean)).mean() > 3 * LOOKS.level(20)
