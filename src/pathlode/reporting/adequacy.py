"""Whether at least one side of a comparison does its job; else there is nothing to compare."""

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from pathlode.errors import ConfigError
from pathlode.reporting.claim_entries import SIDES, Adequacy, Claim


def adequacy(claim: Claim, where: str, rows: Callable[[str, Mapping[str, Any]], pd.DataFrame]) -> float:
    """The smaller of both sides' median errors over the bound; above 1, the comparison is inadequate.

    The bound is the smaller of the rule's ceiling and the median error of its trivial predictor. Medians are over the
    replicates.

    Args:
        claim: the claim, whose rule names the error, the ceiling and the trivial predictor.
        where: the system.
        rows: returns the rows of a table that have these values in these columns.

    Returns:
        NaN if the rule has no bound on this system, or the run has no rows of a side.
    """
    rule = claim.adequacy
    table, metric = rule.table or claim.table, rule.metric or claim.metric

    def median(side: Mapping[str, Any]) -> float:
        chosen = rows(table, {claim.column: where, **side, **rule.rows})
        if metric not in chosen:
            raise ConfigError(
                f"claim {claim.id}: adequacy names the column {metric!r}, which {table!r} lacks: correct it"
            )
        return float(chosen[metric].median())

    bounds = [_ceiling(rule, where)]
    if rule.trivial is not None:
        bounds.append(median({**claim.ours, **rule.trivial}))
    bound = pd.Series(bounds, dtype=float).min()
    errors = pd.Series([median(getattr(claim, side)) for side in SIDES])
    return float("nan") if errors.isna().any() else float(errors.min() / bound)


def _ceiling(rule: Adequacy, where: str) -> float:
    if isinstance(rule.ceiling, Mapping):
        return float(rule.ceiling.get(where, "nan"))
    return float("nan") if rule.ceiling is None else float(rule.ceiling)
