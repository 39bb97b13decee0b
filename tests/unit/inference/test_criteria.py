import pandas as pd
import pytest

from pathlode.inference.criteria import criteria


def test_each_criterion_is_decided_by_the_median_over_seeds():
    rows = []
    for summary, shift in (("path", 0.0), ("kl", 0.1)):
        for seed, p in enumerate((0.01, 0.4, 0.5)):
            joint = {"summary": summary, "seed": seed, "tarp_atc": -0.06, "c2st": 0.6}
            rows += [
                joint | {"parameter": name, "sbc_p": value, "rmse_over_prior_sd": 0.3 + shift}
                for name, value in (("a", 0.9), ("b", p), ("all", p))
            ]
    table = criteria(pd.DataFrame(rows), "path", "kl")
    assert table["met"].tolist() == [True, False, True, True]
    assert table["value"].tolist() == pytest.approx([0.4, -0.06, 0.6, 0.75])
    assert table["threshold"].tolist() == ["> 0.05", "within 0.05 of 0", "<= 0.70", "< 1"]
    assert criteria(pd.DataFrame(rows), "kl", "path")["met"].tolist()[-1] is False
    assert len(criteria(pd.DataFrame(rows), "kl")) == 3


def test_only_the_accuracy_may_be_as_large_as_its_threshold():
    score = {"summary": "path", "seed": 0, "rmse_over_prior_sd": 0.3, "sbc_p": 0.05, "tarp_atc": 0.05, "c2st": 0.7}
    table = criteria(pd.DataFrame([score | {"parameter": name} for name in ("a", "all")]), "path")
    assert table["met"].tolist() == [False, False, True]
