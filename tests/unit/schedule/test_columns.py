import pandas as pd
import pytest

from pathlode.schedule.columns import scored, seconds_before, seconds_with_sweep

OUTCOMES = pd.DataFrame(
    {
        "task": "cnn",
        "seed": 0,
        "schedule": ["cosine", "cosine", "cosine", "step"],
        "phase": ["tuning", "tuning", "final", "final"],
        "test_last": [0.5, 0.75, 0.9, 1.0],
        "test_best_val": [0.25, 1.0, 0.99995, 0.999],
        "predictions": [5000, 5000, 5000, 250],
        "sharpness": [float("nan"), float("nan"), -3.0, 2.0],
        "seconds": [1.0, 2.0, 4.0, 8.0],
        "seconds_learning": [0.0, 0.0, 0.0, 100.0],
    }
)


def test_outcomes_get_both_errors_and_the_magnitude_of_the_curvature():
    table = scored(OUTCOMES)
    # half an error among 5000 predictions is 1e-4, among 250 it is 2e-3
    assert table["test_last_error"].tolist() == pytest.approx([0.5, 0.25, 0.1, 2e-3])
    assert table["test_best_val_error"].tolist() == pytest.approx([0.75, 1e-4, 1e-4, 2e-3])
    assert table["sharpness"].tolist()[2:] == [3.0, 2.0]
    assert table["sharpness"].isna().tolist() == [True, True, False, False]
    assert OUTCOMES["sharpness"].iloc[2] == -3.0


def test_a_policy_is_charged_with_its_own_tuning_and_what_it_has_learnt_from():
    assert seconds_before(OUTCOMES).tolist() == [1 + 2, 1 + 2, 1 + 2, 100]
    both = pd.concat([OUTCOMES, OUTCOMES.assign(task="resnet", seconds=10.0)], ignore_index=True)
    assert seconds_before(both).tolist() == [3, 3, 3, 100, 20, 20, 20, 100]  # on each task its own
    both = pd.concat([OUTCOMES, OUTCOMES.assign(seed=1, seconds=10.0)], ignore_index=True)
    assert seconds_before(both).tolist() == [3, 3, 3, 100, 20, 20, 20, 100]  # and in each replicate


def test_a_run_is_charged_with_all_that_came_before():
    assert seconds_with_sweep(scored(OUTCOMES)).tolist() == [4.0, 5.0, 7.0, 108.0]
