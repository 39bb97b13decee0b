import math

import numpy as np
import pandas as pd
import pytest

from pathlode.reporting.discoveries import with_discoveries
from pathlode.reporting.intervals import p_value, pseudomedian
from pathlode.reporting.looks import Looks
from pathlode.reporting.verdicts import false_discovery_rates


def test_claims_on_times_are_corrected_apart_from_the_others():
    """Of three p-values, the i-th smallest is multiplied by 3 / i; of one, by nothing."""
    table = pd.DataFrame(
        [
            ("A", "better", "no", 0.04),
            ("ours", "better", "no", 0.001),
            ("B", "better", "no", 0.01),
            ("C", "undecided", "no", 0.5),
            ("A", "better", "yes", 0.045),
            ("A", "inadequate", "no", 0.001),
            ("A", "not run", "no", None),
        ],
        columns=["paper", "verdict", "timed", "p"],
        index=[3, 1, 4, 15, 9, 2, 6],
    )
    found = with_discoveries(table, 0.05)
    assert found["q"].tolist() == pytest.approx(
        [0.06, float("nan"), 0.03, 0.5, 0.045, *[float("nan")] * 2], nan_ok=True
    )
    assert found["survives"].fillna("").tolist() == ["no", "", "yes", "no", "yes", "", ""]
    assert with_discoveries(table.iloc[1:2], 0.05)["survives"].isna().all()


def test_at_most_the_stated_share_of_the_surviving_verdicts_is_false():
    """Most cells have no difference, the others one at the margin or far beyond it. Part of a replicate's log ratio is the same
    in all cells. False are a difference where there is none, and none where it is as large as the margin.
    """
    rng, margin, n = np.random.default_rng(0), math.log(1.5), 10
    looks, centres = Looks((n,)), np.repeat([0.0, margin, 5.0], [25, 10, 5])
    logs = centres + rng.standard_normal((300, n, 1)) * 0.5 + rng.standard_t(3, (300, n, 40)) * 0.5
    logs = np.moveaxis(logs, 1, -1)
    inside = np.abs(pseudomedian(logs)) < margin
    differs = p_value(logs, 0.0)
    equal = np.where(inside, np.maximum(p_value(logs, margin), p_value(logs, -margin)), 1.0)
    over_all = {p: looks.over_all(p, n) for p in np.unique([differs, equal])}
    p = np.vectorize(over_all.__getitem__)(np.minimum(differs, equal))
    false = np.where(centres == 0, differs < equal, (centres == margin) & (equal < differs))

    def share_of_false(rates):
        kept = rates <= 0.05
        return ((kept & false).sum(axis=1) / np.maximum(kept.sum(axis=1), 1)).mean()

    adjusted = np.array([false_discovery_rates(each) for each in p])
    assert (adjusted[:, -5:] <= 0.05).mean() > 0.9
    assert share_of_false(p) > 0.1 > 0.05 > share_of_false(adjusted)
