import numpy as np
import pandas as pd
import pytest
import torch

from pathlode import TimeSeries
from pathlode.errors import DataError
from pathlode.forecasting.queries import naming, observed_at, query_times


def labelled(labels, times, name):
    table = pd.DataFrame({"id": labels, "t": times, "x": 0.0})
    return TimeSeries.from_frame(table, series="id", time="t", name=name)


def test_times_of_other_series_are_matched_by_label():
    series = labelled(["a", "b", "c"], [0.0, 0.0, 0.0], "seen.csv")
    asked = labelled(["c", "a", "a", "b"], [3.0, 1.0, 1.5, 2.0], "asked.csv")
    found = query_times(asked, series)
    assert found[:, 0].tolist() == [1.0, 2.0, 3.0]
    assert found[:, 1].isnan().tolist() == [False, True, True]
    with pytest.raises(DataError, match="asked.csv has no times of series 'b', unlike of others: give some, or"):
        query_times(asked[[0, 1]], series)
    with pytest.raises(
        DataError, match="asked.csv has times of series 'c', which seen.csv lacks: give its observations"
    ):
        query_times(asked, series[:2])
    unlabelled = TimeSeries.of([([5.0], [0.0]), ([6.0], [0.0]), ([7.0], [0.0])])
    assert query_times(unlabelled, series)[:, 0].tolist() == [5.0, 6.0, 7.0]


def test_dates_with_and_without_a_time_zone_are_not_mixed():
    days = pd.Series(pd.to_datetime(["2024-03-30", "2024-03-31"]))
    for own, asked, message in (
        (
            days.dt.tz_localize("Europe/Berlin"),
            days,
            "have a time zone, but those to predict at have none: give both in",
        ),
        (
            days,
            days.dt.tz_localize("UTC"),
            "have no time zone, but those to predict at have one: give both in the same way",
        ),
    ):
        series = labelled(["a", "a"], own, "seen.csv")
        for given in (asked, [asked.to_list()], labelled(["a", "a"], asked, "asked.csv")):
            with pytest.raises(DataError, match=f"the times of seen.csv {message}"):
                query_times(given, series)
        assert query_times(own, series).shape == (1, 2)
    elsewhere = days.dt.tz_localize("Europe/Berlin").dt.tz_convert("Asia/Tokyo")
    series = labelled(["a", "a"], days.dt.tz_localize("Europe/Berlin"), "seen.csv")
    assert query_times(elsewhere, series).tolist() == series.times.tolist()


def test_a_table_of_times_is_refused():
    with pytest.raises(DataError, match="the times to predict at are a table: give its column of times, or read it"):
        query_times(pd.DataFrame({"t": [1.0]}), labelled(["a"], [0.0], "seen.csv"))


def test_observations_at_the_very_times_that_are_asked_for_are_found_feature_by_feature():
    """The first series has its second feature missing at time 2; the second ends at time 1."""
    nan = np.nan
    series = TimeSeries.of(
        [([0.0, 2.0, 5.0], [[1.0, 1.0], [2.0, nan], [4.0, 5.0]]), ([0.5, 1.0], [[6.0, 7.0], [1.0, 1.0]])]
    )
    query = torch.tensor([[2.0, 3.0, 5.0, 6.0], [0.5, 2.0, nan, nan]])
    found = observed_at(query, series)
    assert found[0].nan_to_num(nan=0).tolist() == [[2.0, 0.0], [0.0, 0.0], [4.0, 5.0], [0.0, 0.0]]
    assert found[1].nan_to_num(nan=0).tolist() == [[6.0, 7.0], [0.0, 0.0], [0.0, 0.0], [0.0, 0.0]]


def test_messages_have_dates_in_place_of_seconds():
    days = pd.Series(pd.to_datetime(["2024-03-30", "2024-03-31"]))
    for own, zone in ((days, ""), (days.dt.tz_localize("Europe/Berlin"), "Z")):
        message = "trajectory 0, time number 2: 1711843200 is 0.25 from 1711843200.5; 12 others, 1234567.csv"
        with pytest.raises(DataError) as told, naming(labelled(["a", "a"], own, "seen.csv")):
            raise DataError(message)
        date = f"2024-03-31T00:00:00{zone}"
        expected = f"seen.csv: series 'a', time number 2: {date} is 0.25 from {date}; 12 others, 1234567.csv"
        assert str(told.value) == expected
