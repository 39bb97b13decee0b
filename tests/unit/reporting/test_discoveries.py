import pandas as pd
import pytest

from pathlode.reporting.discoveries import with_discoveries


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
