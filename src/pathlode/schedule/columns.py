"""Columns that the scheduler chapter's claims compare, computed from the outcomes of runs."""

import pandas as pd

from pathlode.reporting.floors import missed_share
from pathlode.schedule.artefacts import TUNING

METRICS = ("test_last", "test_best_val")
"""Test accuracy with the last weights, and with the weights of the best validation."""
OWNERS = ("task", "schedule", "seed")
"""Columns that identify whose the tuning runs are: those of a policy on a task in a replicate."""


def scored(outcomes: pd.DataFrame) -> pd.DataFrame:
    """The outcomes with the columns that claims compare: an error for each of :data:`METRICS`, which is its
    :func:`pathlode.reporting.floors.missed_share` among the task's test predictions, the magnitude of the sharpness, and
    ``seconds_before``.

    Args:
        outcomes: as in :class:`pathlode.schedule.artefacts.PolicyOutcomes`.
    """
    errors = {f"{metric}_error": missed_share(outcomes[metric], outcomes["predictions"]) for metric in METRICS}
    before = seconds_before(outcomes)
    return outcomes.assign(**errors, sharpness=outcomes["sharpness"].abs(), seconds_before=before)


def seconds_before(outcomes: pd.DataFrame) -> pd.Series:
    """Time spent in a replicate before a policy's compared run: seconds_learning + seconds of the policy's tuning runs."""
    tuning = outcomes["seconds"].where(outcomes["phase"] == TUNING, 0.0)
    return outcomes["seconds_learning"] + tuning.groupby([outcomes[name] for name in OWNERS]).transform("sum")


def seconds_with_sweep(runs: pd.DataFrame) -> pd.Series:
    """Cost of one run including all that it needs beforehand: seconds + seconds_before.

    Each run is charged the whole sweep of its replicate.
    """
    return runs["seconds"] + runs["seconds_before"]
