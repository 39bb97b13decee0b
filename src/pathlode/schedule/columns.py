"""What the chapter's claims compare, worked out from the outcomes of runs."""

import pandas as pd

from pathlode.schedule.artefacts import TUNING

METRICS = ("test_last", "test_best_val")
"""Test accuracy with the last weights, and with those of the best validation."""
ERROR_FLOOR = 1e-4
"""Least test error. Claims compare ratios of errors, and a run without any has none; this is half an error among the 5,000
test examples of the image tasks."""


def scored(outcomes: pd.DataFrame) -> pd.DataFrame:
    """The outcomes with all that claims compare: an error beside each of :data:`METRICS`, sharpness as a magnitude, and
    ``seconds_before``.

    Args:
        outcomes: as in :class:`pathlode.schedule.artefacts.PolicyOutcomes`.
    """
    errors = {f"{metric}_error": classification_error(outcomes[metric]) for metric in METRICS}
    before = seconds_before(outcomes)
    return outcomes.assign(**errors, sharpness=outcomes["sharpness"].abs(), seconds_before=before)


def classification_error(accuracy: pd.Series) -> pd.Series:
    """max(1 - accuracy, :data:`ERROR_FLOOR`)."""
    return (1 - accuracy).clip(lower=ERROR_FLOOR)


def seconds_before(outcomes: pd.DataFrame) -> pd.Series:
    """What had to be done before the first run that counts: seconds_learning + seconds of the same policy's tuning runs.

    A policy's tuning runs on a task are charged to each of its runs there, in full.
    """
    tuning = outcomes["seconds"].where(outcomes["phase"] == TUNING, 0.0)
    return outcomes["seconds_learning"] + tuning.groupby([outcomes["task"], outcomes["schedule"]]).transform("sum")


def seconds_with_sweep(runs: pd.DataFrame) -> pd.Series:
    """What one run cost with all that had to be done before the first: seconds + seconds_before.

    It charges each run with the whole sweep, as if a policy were learnt for a single training.
    """
    return runs["seconds"] + runs["seconds_before"]
