"""What the choice of each policy's setting or schedule had cost, in runs and in seconds with their validations."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from pathlode.schedule.artefacts import PolicyBudgets
from pathlode.schedule.sweep import swept


def policy_budgets(runs: pd.DataFrame, outcomes: pd.DataFrame, learnt: Mapping[str, Mapping[str, Any]]) -> pd.DataFrame:
    """Runs and seconds before every compared run: those of its own tuning, and of the sweep from which it learnt.

    Args:
        runs: task, schedule, seed and seconds_before, one row per compared run.
        outcomes: as in :class:`pathlode.schedule.artefacts.PolicyOutcomes`.
        learnt: of each policy that learns, the runs from which it does: arguments of :func:`pathlode.schedule.sweep.swept`, and
            ``task`` if that is another one. A policy without its past runs among the outcomes has no row.

    Returns:
        Rows of :class:`pathlode.schedule.artefacts.PolicyBudgets`.
    """
    rows = []
    for task, schedule, seed, seconds in runs[["task", "schedule", "seed", "seconds_before"]].itertuples(index=False):
        known = swept(outcomes[outcomes["task"] == task], seed, [schedule])
        if schedule in learnt:
            source = dict(learnt[schedule])
            past = swept(outcomes[outcomes["task"] == source.pop("task", task)], seed, **source)
            if past.empty:
                continue
            known = pd.concat([known, past])
        row = {"task": task, "schedule": schedule, "seed": seed, "runs": len(known), "seconds": seconds}
        rows.append(row | {"seconds_validating": known["seconds_validating"].sum()})
    return pd.DataFrame(rows, columns=list(PolicyBudgets.columns))
