import math

import pytest
import torch

from pathlode.errors import ConfigError, DataError
from pathlode.uncertainty.conformal import widening
from pathlode.uncertainty.intervals import Interval


def unit(shape):
    """Intervals from -1 to 1, in which an observation's score is its absolute value."""
    return Interval(-torch.ones(shape), torch.ones(shape))


def test_nine_series_of_one_observation_need_the_largest_score_at_90_percent():
    """The quantile of order ⌈(K + 1) level⌉: the 9th of 9 at 0.9, the 8th at 0.8."""
    observed = torch.tensor([0.3, -0.9, 0.1, 2.5, 0.5, -0.7, 1.1, 0.2, 0.4]).view(9, 1, 1)
    assert widening(unit((9, 1, 1)), observed, 0.9).tolist() == pytest.approx([2.5])
    assert widening(unit((9, 1, 1)), observed, 0.8).tolist() == pytest.approx([1.1])


def test_a_long_series_has_no_more_weight_than_a_short_one():
    """3 series at level 0.5 need the scores of 2: 0.1 and 0.2, although 100 of 102 scores are 3."""
    observed = torch.full((3, 100, 1), math.nan)
    observed[0, 0], observed[1, 0], observed[2] = 0.1, 0.2, 3.0
    assert widening(unit((3, 100, 1)), observed, 0.5).tolist() == pytest.approx([0.2])


def test_features_have_factors_of_their_own_and_their_own_series():
    observed = torch.linspace(0.1, 1.0, 10).view(10, 1, 1) * torch.tensor([1.0, 4.0])
    observed[0, 0, 1] = math.nan
    assert widening(unit((10, 1, 2)), observed, 0.9).tolist() == pytest.approx([1.0, 4.0])


def test_too_few_series_are_refused_with_the_number_that_is_needed():
    observed = torch.ones(12, 4, 2)
    observed[8:, :, 1] = math.nan
    with pytest.raises(
        DataError, match=r"feature 2 was observed in 8 held-out series, but level 0\.9 needs at least 9"
    ):
        widening(unit((12, 4, 2)), observed, 0.9)
    with pytest.raises(ConfigError, match="the level of an interval is 1"):
        widening(unit((12, 4, 2)), observed, 1.0)


def test_series_whose_errors_are_shared_are_covered_as_stated():
    """Each series has one error for all of its 20 observations."""
    draw, covered = torch.Generator().manual_seed(0), []
    for _ in range(400):
        errors = torch.randn(30, 1, 1, generator=draw).exp() + 0.1 * torch.randn(30, 20, 1, generator=draw)
        factor = widening(unit((29, 20, 1)), errors[:29], 0.8)
        covered.append(float(unit((1, 20, 1)).widened(factor).coverage(errors[29:])))
    assert sum(covered) / 400 == pytest.approx(0.8, abs=0.06)
