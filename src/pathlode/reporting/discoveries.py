"""Which verdicts survive the correction for many claims."""

import pandas as pd

from pathlode.reporting.claim_entries import CONTROL, OWN
from pathlode.reporting.verdicts import NOT_RUN, false_discovery_rates


def with_discoveries(table: pd.DataFrame, error: float) -> pd.DataFrame:
    """The decided claims with ``q`` and ``survives``, which depend on all of them at once.

    Only the papers' claims with something to compare have both. Those on measured times are adjusted apart from the others,
    whose ``q`` every run then repeats.

    Args:
        table: rows of :class:`pathlode.reporting.decided_claims.DecidedClaims`.
        error: largest share of false verdicts among those that survive.
    """
    tested = ~table["paper"].isin([OWN, CONTROL]) & ~table["verdict"].isin([NOT_RUN, "inadequate"])
    families = table.loc[tested, "p"].astype(float).groupby(table["timed"])
    rates = families.transform(lambda p: false_discovery_rates(p.tolist())).reindex(table.index)
    survives = (rates <= error).map({True: "yes", False: "no"})
    return table.assign(q=rates, survives=survives.where(rates.notna()))
