import numpy as np
import pytest

from pathlode.errors import ConfigError
from pathlode.schedule.decisions import LookAheadConfig, continuations, predicted_moments

WINDOW, LAST = np.arange(3.0), 6.0  # now is the moment 2, and four are left
RECENT = np.array([0.9, 1.1])


def future(moments, alike):
    """Losses of 1 at some moments and 9 at others, log rates of minus the moment, and ten times the moment as the metric."""
    loss = np.where(np.isin(moments, alike), 1.0, 9.0)
    return np.stack([loss, -moments, 10 * moments], axis=1)[None]


@pytest.mark.parametrize(
    ("alike", "rates", "metric"),
    [
        (
            [1, 4],
            [-1, -2, -3, -4, -5],
            50,
        ),  # the moment before now has the larger rate: it all happens again, one moment later
        ([4], [-4, -5, -6, -7, -8], 80),
        ([7], None, None),  # beyond the horizon
    ],
)
def test_the_published_reading_follows_a_future_step_by_step(alike, rates, metric):
    config = LookAheadConfig(reading="published")
    moments = predicted_moments(WINDOW, LAST, config)
    assert moments == pytest.approx(np.arange(11.0))
    schedules, ends = continuations(future(moments, alike), RECENT, 2.0, LAST, (-99, 0), config)
    assert schedules.tolist() == ([] if rates is None else [rates])
    assert ends.tolist() == ([] if metric is None else [metric])


def test_the_stretched_reading_ends_at_the_horizon():
    config = LookAheadConfig()
    moments = predicted_moments(WINDOW, LAST, config)
    assert moments == pytest.approx(np.arange(2.0, 7.0))
    schedules, ends = continuations(future(moments, [1, 4]), RECENT, 2.0, LAST, (-99, 0), config)
    assert schedules.tolist() == [[-4, -4.5, -5, -5.5, -6]]
    assert ends.tolist() == [60]


def test_an_unknown_reading_is_refused():
    with pytest.raises(ConfigError, match="reading is literal, expected stretched or published"):
        LookAheadConfig(reading="literal")
