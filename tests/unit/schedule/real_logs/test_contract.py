import numpy as np
import pytest

from pathlode.errors import DataError
from pathlode.schedule.real_logs.contract import WIDTH_90, LogForecast, LoggedRun, spaced


def run(steps=(1.0, 2.0, 4.0), losses=(3.0, 2.0, 1.0), moments=(0.0, 2.0, 4.0), rates=(0.0, 1.0, 0.0)):
    return LoggedRun("task", "run", "run", *map(np.array, (steps, losses, moments, rates)))


def test_sums_are_the_areas_under_the_rates():
    """Rates that rise to 1 at step 2 and fall to 0 at step 4: the areas are t²/4, and 2 - (4 - t)²/4."""
    found = run().sums(np.array([0.0, 1.0, 2.0, 3.0, 4.0]))
    assert found == pytest.approx([0.0, 0.25, 1.0, 1.75, 2.0])


def test_what_is_seen_is_rows_and_not_rates():
    seen = run().until(2.5)
    assert seen.steps.tolist() == [1.0, 2.0]
    assert seen.moments.tolist() == [0.0, 2.0, 4.0]


def test_other_units():
    scaled = run().scaled(2.0, 4.0, 0.5)
    assert scaled.end == 2.0
    assert scaled.losses.tolist() == [0.75, 0.5, 0.25]
    assert scaled.sums(np.array([2.0])) == pytest.approx([2.0])  # of the area 2, 1/2 in steps and 2 in rates


def test_the_spread_is_that_of_a_normal_distribution():
    forecast = LogForecast.normal(np.zeros(2), np.array([0.1, 2.0]))
    assert forecast.spread == pytest.approx([0.1, 2.0])
    assert forecast.high[0] == pytest.approx(0.1 * WIDTH_90)


def test_some_of_many_with_both_ends():
    assert spaced(range(10), 4) == [0, 3, 6, 9]
    assert spaced("ab", 4) == ["a", "b"]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"steps": (1.0, 1.0, 4.0)}, "run run of task: its steps do not increase; sort the rows"),
        ({"losses": (3.0, 0.0, 1.0)}, "a loss is not a finite number above 0; leave the run out"),
        ({"rates": (0.0, -1.0, 0.0)}, "a rate is not a finite number of at least 0, or all are 0"),
        ({"steps": (1.0, 2.0, 5.0)}, "its rates end before its losses do"),
    ],
)
def test_what_is_no_run_is_refused(wrong, message):
    with pytest.raises(DataError, match=message):
        run(**wrong)
