"""Whether at least one side of a comparison does its job; else there is nothing to compare."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from pathlode.errors import ConfigError
from pathlode.reporting.claim_entries import SIDES, Adequacy, Claim

Rows = Callable[[str, Mapping[str, Any]], pd.DataFrame]
"""The rows of a table, by its name, that have some values in some columns."""


def adequacy(claim: Claim, where: str, rows: Rows) -> float:
    """The better side's error over the largest adequate one; above 1, the comparison is inadequate.

    Each rule of the claim has a bound, the smaller of its ceiling and the median error of its trivial predictor. A side does
    its job if its median error is within the bound of every rule, so the largest ratio of error to bound counts. Medians are
    over the replicates.

    Args:
        claim: the claim, whose rules name the error, the ceiling and the trivial predictor.
        where: the system.
        rows: the run's tables.

    Returns:
        NaN if no rule has a bound on this system, or the run has no rows of a side.
    """
    bounds = [largest_adequate(claim, rule, where, rows) for rule in claim.adequacy]
    ratios = [
        [_median(claim, rule, where, rows, getattr(claim, side)) / bound for side in SIDES]
        for rule, bound in zip(claim.adequacy, bounds, strict=True)
        if not np.isnan(bound)
    ]
    return float(np.max(ratios, axis=0).min()) if ratios else float("nan")


def largest_adequate(claim: Claim, rule: Adequacy, where: str, rows: Rows) -> float:
    """The largest error that one rule of a claim calls adequate, the smaller of its two bounds; NaN if it has none there."""
    ceiling = rule.ceiling.get(where) if isinstance(rule.ceiling, Mapping) else rule.ceiling
    bounds = [float("nan") if ceiling is None else float(ceiling)]
    if rule.trivial is not None:
        bounds.append(_median(claim, rule, where, rows, {**claim.ours, **rule.trivial}))
    return float(np.fmin.reduce(bounds))


def _median(claim: Claim, rule: Adequacy, where: str, rows: Rows, side: Mapping[str, Any]) -> float:
    """Median of a rule's error over the rows of a side; NaN without rows."""
    table, metric = rule.table or claim.table, rule.metric or claim.metric
    common = claim.rows if rule.rows is None else rule.rows
    chosen = rows(table, {claim.column: where, **common, **side})
    if metric not in chosen:
        raise ConfigError(f"claim {claim.id}: adequacy names the column {metric!r}, which {table!r} lacks: correct it")
    return float(chosen[metric].median())
