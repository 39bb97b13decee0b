import math

import pytest
import torch

from pathlode.core.series import TimeSeries
from pathlode.forecasting.coverage import Widths, misfits, own_misfit, widths
from pathlode.forecasting.ensemble import Ensemble
from pathlode.models.constant import Constant
from pathlode.models.prediction import Prediction
from pathlode.models.settings import ModelConfig

NORMAL = 1.6448536
"""Half-width of the interval of nine tenths of a normal distribution, in standard deviations."""


def constant(features=1, noise=1.0):
    model = Constant(ModelConfig(features=features), [0])
    model.noise[:] = noise
    return model


def test_a_misfit_is_the_squared_error_over_the_variance_of_what_was_read():
    """With the noise 2 and the leverage 0.44 the variance is 4 · 0.56."""
    model = constant(noise=2.0)
    model.leverage = torch.full((1, 1, 1, 1), 0.44)
    found = misfits(model, Prediction(values=torch.zeros(1, 1, 2, 1)), torch.tensor([[[3.0], [math.nan]]]))
    assert float(found[0, 0, 0]) == pytest.approx(9 / 2.24)
    assert bool(found[0, 1, 0].isnan())


def test_own_misfits_are_those_of_the_other_observations_and_of_four_ordinary_ones():
    found = torch.tensor([[[9.0], [1.0], [math.nan]]])
    new, read = torch.full((1, 1, 1), math.nan), found[:, :2]
    assert own_misfit(found, new).flatten().tolist() == pytest.approx([math.sqrt(14 / 6)])
    assert own_misfit(found, read).flatten().tolist() == pytest.approx([1.0, math.sqrt(13 / 5)])
    assert own_misfit(torch.full_like(found, math.nan), new).tolist() == [[[1.0]]]


def test_factors_are_those_of_the_part_and_outside_of_the_nearest_one():
    of = Widths(ends=(1.0, 2.0), read=(1.0, 2.0, 3.0), new=(4.0, 5.0, 6.0))
    elapsed = torch.tensor([[-1.0, 0.5, 1.0, 1.5, 9.0]])
    assert of.of(elapsed, torch.ones(1, 5, dtype=torch.bool)).tolist() == [[1.0, 1.0, 2.0, 2.0, 3.0]]
    assert of.of(elapsed, torch.tensor([[False, True, False, True, False]])).tolist() == [[4.0, 1.0, 5.0, 2.0, 6.0]]


def test_a_factor_is_the_score_of_its_rank():
    """The model predicts the mean of what is seen; the first and the last value are never hidden."""
    values = [0.0, *(0.1 * number for number in range(1, 11))]
    series = TimeSeries.of([([float(n) for n in range(11)], [[value] for value in values])])
    (found,) = widths(constant(), series, 0.6)
    half = 0.8416212  # of six tenths
    scores = []
    for place in range(1, 10):
        seen = [value for number, value in enumerate(values) if number in (0, 10) or number % 3 != place % 3]
        mean = sum(seen) / len(seen)
        own = math.sqrt((4 + sum((value - mean) ** 2 for value in seen)) / (4 + len(seen)))
        scores.append(abs(values[place] - mean) / half / own)
    assert found.ends == ()
    assert found.new == (pytest.approx(sorted(scores)[5], rel=1e-4),)  # rank ⌈0.6 · 10⌉


def test_a_feature_that_was_not_observed_keeps_its_width():
    series = TimeSeries.of([([0.0, 1.0, 2.0], [[1.0, torch.nan], [2.0, torch.nan], [3.0, torch.nan]])])
    assert widths(constant(2), series, 0.9)[1] == Widths((), (1.0,), (1.0,))


def unequal(number, seed):
    """Noise about 0 whose size differs between series and grows in time, and more of it at other times."""
    draw = torch.Generator().manual_seed(seed)
    size = torch.randn(number, 1, generator=draw).exp() * 0.3
    times = torch.rand(number, 50, generator=draw).sort(dim=1).values * 10
    values = size * (0.5 + times / 5) * torch.randn(times.shape, generator=draw)
    return TimeSeries(times[:, ::2], values[:, ::2, None]), TimeSeries(times[:, 1:-1:2], values[:, 1:-1:2, None])


@pytest.fixture(scope="module")
def inside():
    """Where intervals of nine tenths contain observations that were read, and others between them, by series and time."""
    model = constant(noise=0.5)
    fitted = Ensemble(model, [0.0], 0.1, None, widths=widths(model, unequal(30, 0)[0], 0.9))
    seen, others = unequal(400, 1)
    found = []
    for asked in (seen, others):
        lower, upper = fitted.bounds(seen, asked.times, 0.9)
        found.append(((lower <= asked.values) & (asked.values <= upper)).double()[..., 0])
    return found


@pytest.mark.parametrize("place", [0, 1], ids=["read", "new"])
def test_intervals_cover_new_series_as_stated_though_their_noise_differs(inside, place):
    """Widths of the noise alone, which are the same for all series at all times, vary by a quarter between series."""
    covered = inside[place]
    assert float(covered.mean()) == pytest.approx(0.9, abs=0.03)
    assert float(covered.mean(dim=1).std()) < 0.1
    for third in covered.tensor_split(3, dim=1):
        assert float(third.mean()) == pytest.approx(0.9, abs=0.06)
