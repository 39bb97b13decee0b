"""What the chapter's claims compare, worked out from the outcomes of runs."""

import pandas as pd

from pathlode.schedule.artefacts import TUNING

METRICS = ("test_last", "test_best_val")
"""Test accuracy with the last weights, and with those of the best validation."""
ERROR_FLOOR = 1e-4
"""Least test error. Claims compare ratios of errors, and a run without any has none; this is half an error among the 5,000
test examples of the image tasks."""


def scored(outcomes: pd.DataFrame) -> pd.DataFrame:
    """The outcomes with all that claims compare: an error beside each of :data:`METRICS`, and sharpness as a magnitude.

    Args:
        outcomes: as in :class:`pathlode.schedule.artefacts.PolicyOutcomes`.
    """
    errors = {f"{metric}_error": classification_error(outcomes[metric]) for metric in METRICS}
    return outcomes.assign(**errors, sharpness=outcomes["sharpness"].abs())


def classification_error(accuracy: pd.Series) -> pd.Series:
    """max(1 - accuracy, :data:`ERROR_FLOOR`)."""
    return (1 - accuracy).clip(lower=ERROR_FLOOR)


def tuning_seconds(outcomes: pd.DataFrame) -> float:
    """Seconds of all tuning runs together, which a policy's choice of setting took.

    Args:
        outcomes: of one policy on one task, columns ``phase`` and ``seconds``.
    """
    return float(outcomes.loc[outcomes["phase"] == TUNING, "seconds"].sum())


def sweep_seconds(logs: pd.DataFrame) -> float:
    """Seconds of all runs together, each up to its last row.

    Args:
        logs: columns ``run_id`` and ``seconds``.
    """
    return float(logs.groupby("run_id")["seconds"].last().sum())


def seconds_with_sweep(runs: pd.DataFrame) -> pd.Series:
    """What one run cost with all that had to be done before the first: seconds + seconds_before.

    It charges each run with the whole sweep, as if a policy were learnt for a single training.
    """
    return runs["seconds"] + runs["seconds_before"]
