import logging

import numpy as np
import pandas as pd
import pytest
import torch

from pathlode import TimeSeries
from pathlode.core.tables.codes import as_codes, suspected
from pathlode.errors import DataError

RNG = np.random.default_rng(0)
PULSE = RNG.integers(50, 120, 40).astype(float)


@pytest.mark.parametrize(
    ("ordinary", "code"),
    [
        (PULSE, -999),
        (PULSE, -1),
        (PULSE, 999),
        (RNG.normal(5, 12, 300).round(1), -99),
        (RNG.lognormal(4, 2, 300), -9999),
        (RNG.normal(0, 50, 100).astype(np.float32), -999.9),
        (RNG.normal(0, 50, 100).astype(np.float32), 9.96921e36),
        (np.r_[np.zeros(200), RNG.exponential(5, 40)], -9),
        (RNG.integers(1, 6, 50), 99),
        (RNG.integers(0, 5000, 90), -(2**15)),
    ],
)
def test_a_repeated_code_is_suspected_and_the_same_data_without_it_is_not(ordinary, code):
    with_code = np.r_[ordinary, [code, code]].astype(np.result_type(ordinary, np.float32))
    if code != -9:  # beside zeros it may be a value
        assert suspected(with_code) == pytest.approx(code)
    assert suspected(np.asarray(ordinary, dtype=with_code.dtype)) is None
    assert suspected(with_code[:-1]) is None


@pytest.mark.parametrize(
    "ordinary",
    [
        RNG.poisson(3, 500),
        RNG.poisson(95, 500),
        RNG.negative_binomial(1, 0.02, 500),
        np.zeros(50),
        np.r_[np.zeros(300), RNG.exponential(3, 60).round(1)],
        RNG.normal(3500, 600, 300).round().clip(0, 4095),
        RNG.normal(95, 6, 300).round(1).clip(0, 99.9),
        RNG.normal(800, 200, 400).round().clip(0, 999),
        RNG.normal(0, 1, 300).clip(-1, 1),
        RNG.normal(0, 20_000, 300).round().clip(-(2**15), 2**15 - 1),
        RNG.normal(96, 2, 300).round().clip(0, 99),
        RNG.normal(8, 4, 300).round().clip(-1),
        RNG.choice([-1, 1], 60),
        RNG.choice([-1, 0, 1, 2], 60),
        np.array([19, 29, 39, 99, 99, 24, 19]),
        np.array([19.99, 29.99, 24.99, 99.99, 99.99]),
        np.r_[RNG.integers(18, 90, 100), [99, 99]],
        np.full(3, np.nan),
    ],
)
def test_counts_zeros_limits_and_prices_are_no_codes(ordinary):
    assert suspected(np.asarray(ordinary, dtype=float)) is None


TABLE = pd.DataFrame(
    {
        "id": list("aaabbb"),
        "t": [0, 1, 2] * 2,
        "x": [36.5, -999, 37.1, 36.6, 38.2, -999],
        "lab": ["4.5", "?", "4.1", "-999", "3.9", "4.4"],
        "age": [30, 30, 30, 41, 41, 41],
    }
)


def read(**changes):
    return TimeSeries.from_frame(TABLE, series="id", time="t", **changes)


def test_named_codes_are_missing_and_no_value():
    series = read(values=["x", "lab"], static=["age"], missing=[-999, "?"])
    expected = [[[36.5, 4.5], [0, 0], [37.1, 4.1]], [[36.6, 0], [38.2, 3.9], [0, 4.4]]]
    assert series.values.nan_to_num().equal(torch.tensor(expected, dtype=torch.float64))
    assert series.values.isnan().sum() == 4
    assert series.to_frame()[["x", "lab"]].isna().sum().tolist() == [2, 2]
    with pytest.raises(DataError, match=r"column 'lab', row number 2: '\?' is text, expected a number"):
        read(missing=-999)
    single = TABLE.assign(x=TABLE["x"].where(TABLE["x"] > 0, -99.9).astype(np.float32))
    assert TimeSeries.from_frame(single, series="id", time="t", values=["x"], missing=-99.9).mask.sum() == 4


def test_codes_of_inputs_are_missing_inputs():
    table = TABLE.assign(dose=[1, -999, 2, 3, -999, 4])
    series = TimeSeries.from_frame(table, series="id", time="t", values=["x"], inputs=["dose"], missing=-999)
    assert series.inputs.values[..., 0].tolist() == [[1, 2], [3, 4]]


def test_a_warning_names_columns_codes_and_the_option_once(caplog):
    with caplog.at_level(logging.WARNING):
        read(values=["x"], missing=-999)
        assert not caplog.messages
        read(values=["x"])
    assert caplog.messages == [
        "-999 2 times in column 'x' is far from all other values and is read as a value: if it stands for a missing one, give "
        "missing=[-999]"
    ]


def test_codes_are_numbers_or_texts():
    assert as_codes(-999) == (-999.0,)
    assert as_codes("?") == ("?",)
    assert as_codes([np.int64(-1), "NA"]) == (-1.0, "NA")
    for wrong in (None, [True], [[1]]):
        with pytest.raises(DataError, match="missing has the entry .*, expected numbers and texts"):
            as_codes(wrong)
