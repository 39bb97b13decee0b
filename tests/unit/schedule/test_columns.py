import pandas as pd
import pytest

from pathlode.schedule.columns import classification_error, scored, seconds_with_sweep, sweep_seconds, tuning_seconds

OUTCOMES = pd.DataFrame(
    {
        "phase": ["tuning", "tuning", "final", "final"],
        "test_last": [0.5, 0.75, 0.9, 1.0],
        "test_best_val": [0.25, 1.0, 0.99995, 0.999],
        "sharpness": [float("nan"), float("nan"), -3.0, 2.0],
        "seconds": [1.0, 2.0, 4.0, 8.0],
        "seconds_before": [3.0, 3.0, 3.0, 3.0],
    }
)


def test_an_error_is_what_is_missing_to_one_and_never_none():
    found = classification_error(pd.Series([0.0, 0.8, 0.9998, 0.99995, 1.0]))
    assert found.tolist() == pytest.approx([1.0, 0.2, 2e-4, 1e-4, 1e-4])


def test_outcomes_get_both_errors_and_the_magnitude_of_the_curvature():
    table = scored(OUTCOMES)
    assert table["test_last_error"].tolist() == pytest.approx([0.5, 0.25, 0.1, 1e-4])
    assert table["test_best_val_error"].tolist() == pytest.approx([0.75, 1e-4, 1e-4, 1e-3])
    assert table["sharpness"].tolist()[2:] == [3.0, 2.0]
    assert table["sharpness"].isna().tolist() == [True, True, False, False]
    assert OUTCOMES["sharpness"].iloc[2] == -3.0


def test_tuning_costs_its_own_runs():
    assert tuning_seconds(OUTCOMES) == 1 + 2


def test_a_sweep_costs_what_its_runs_cost_to_their_ends():
    logs = pd.DataFrame({"run_id": ["a", "b", "a", "b"], "seconds": [1.0, 10.0, 2.0, 30.0]})
    assert sweep_seconds(logs) == 2 + 30


def test_a_run_is_charged_with_all_that_came_before():
    assert seconds_with_sweep(OUTCOMES).tolist() == [4.0, 5.0, 7.0, 11.0]
