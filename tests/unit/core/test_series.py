import numpy as np
import pytest
import torch

from pathlode.core.series import TimeSeries
from pathlode.errors import DataError

NAN = float("nan")


def observations(batch=3, time=4):
    return torch.arange(float(time)).repeat(batch, 1), torch.randn(batch, time, 2)


def test_complete_series_have_no_mask_and_stay_as_they_are():
    times, values = observations()
    series = TimeSeries(times, values)
    assert series.mask is None
    assert (series.times is times, series.values is values) == (True, True)
    assert series.lengths.tolist() == [4, 4, 4]


def test_nan_is_a_missing_value():
    times, values = observations()
    values[1, 2, 1] = NAN
    series = TimeSeries(times, values)
    assert (~series.mask).nonzero().tolist() == [[1, 2, 1]]


def test_a_mask_hides_values_whatever_they_are():
    times, values = observations()
    mask = torch.rand(values.shape) < 0.7
    mask[:, 0] = True
    values[~mask] = torch.tensor(float("inf"))
    series = TimeSeries(times.numpy(), values.numpy(), mask=mask.numpy())
    assert torch.equal(series.mask, mask)
    assert torch.equal(series.values.isnan(), ~mask)
    with pytest.raises(DataError, match=r"a mask of shape \(3, 4\) does not fit"):
        TimeSeries(times, values, mask=mask[..., 0])


def test_an_infinite_value_is_named_by_place():
    times, values = observations()
    values[1, 2, 1] = float("inf")
    values[0, 0, 0] = NAN
    with pytest.raises(DataError, match="my.csv: values: feature 2 at time number 3 of trajectory 1 is inf"):
        TimeSeries(times, values, "my.csv")


def test_a_list_of_series_is_padded_with_nan():
    series = TimeSeries.of([([0.0, 1.0, 2.0], [1.0, NAN, 3.0]), ([5], [7])], "two")
    assert series.times.dtype == series.values.dtype == torch.float64
    assert series.times.nan_to_num(nan=-1).tolist() == [[0, 1, 2], [5, -1, -1]]
    assert series.values[..., 0].nan_to_num(nan=-1).tolist() == [[1, -1, 3], [7, -1, -1]]
    assert series.mask[..., 0].tolist() == [[True, False, True], [True, False, False]]
    assert (len(series), series.features, series.lengths.tolist(), series.name) == (2, 1, [3, 1], "two")


@pytest.mark.parametrize(
    ("pairs", "message"),
    [
        ([], "data: there is no trajectory"),
        ([0.0, 1.0], "data: trajectory 0 is no pair of times and values"),
        ([[0.0, 1.0, 2.0, 3.0]], "data: trajectory 0 is no pair of times and values"),
        (
            ([0.0, 1.0], [[1.0], [2.0]]),
            r"data: trajectory 0 is no pair .* give a list of pairs, .* also for a single traj",
        ),
        (np.ones((2, 3, 4)), "data: trajectory 0 is no pair of times and values"),
        (torch.ones(2, 2), "data: trajectory 0 is no pair of times and values"),
        (None, "data: the series are a NoneType, expected a list of pairs of times and values"),
        ([([0.0], [1.0]), ([], [])], "data: trajectory 1 has times of shape .* with at least one time"),
        ([([0.0, 1.0], [1.0])], "data: trajectory 0 has times of shape .*2.* and values of shape .*1, 1"),
        ([([0.0], [[1.0]]), ([0.0], [[1.0, 2.0]])], "data: trajectory 1 has 2 features, but trajectory 0 has 1"),
        (
            [([0.0], [[1.0]]), ([0.0], [["a"]])],
            "data: trajectory 1: values are no numbers: feature 1 at time number 1 is the text 'a'",
        ),
        ([([0.0, 1.0], [NAN, NAN])], "data: values: trajectory 0 has no observed value; remove it"),
        (
            [([0.0, 1.0], [1.0, 2.0]), ([0.0, 1.0, 1.0], [1.0, 2.0, 3.0])],
            "data: times: trajectory 1, time number 3 is not greater",
        ),
        ([([0.0, NAN, 1.0], [1.0, NAN, 3.0])], "data: times: trajectory 0, time number 2 is not finite"),
        ([([0.0, NAN], [1.0, 3.0]), ([0.0], [NAN])], "data: times: trajectory 0, time number 2 is NaN although"),
    ],
)
def test_series_that_cannot_be_used_are_named(pairs, message):
    with pytest.raises(DataError, match=message):
        TimeSeries.of(pairs, "data")


def test_slices_keep_what_is_missing_and_trimming_removes_common_padding():
    whole = TimeSeries.of([(range(4), range(4)), ([0, 1], [0, NAN]), ([0], [1])])
    short = TimeSeries(whole.times[1:], whole.values[1:])
    assert short.lengths.tolist() == [2, 1]
    assert short.times.shape == (2, 4)
    assert short.trimmed().times.shape == (2, 2)
    assert torch.equal(short.trimmed().mask, short.mask[:, :2])
    assert whole.trimmed() is whole


def test_repeated_times_are_named_by_place():
    times, values = observations()
    times[2, 3] = times[2, 2]
    with pytest.raises(DataError, match="my.csv: times: trajectory 2, time number 4 is not greater"):
        TimeSeries(times, values, "my.csv")


def test_shapes_that_do_not_fit_are_named():
    times, values = observations()
    with pytest.raises(DataError, match=r"\(3, 4\) and values of shape \(3, 3, 2\) do not fit"):
        TimeSeries(times, values[:, :3])


def test_times_that_collide_in_single_precision_are_refused_on_conversion():
    times, values = observations()
    times = times.double() * 1e-9 + 1.0
    series = TimeSeries(times, values.double())
    with pytest.raises(DataError, match="times that differ are equal in float32; keep"):
        series.to(torch.float32)


def test_static_covariates_keep_their_precision():
    times, values = observations()
    static = torch.tensor([[1.0, 5412345.25], [NAN, 0.0], [2.0, 3.0]], dtype=torch.float64)
    series = TimeSeries(times, values, static=static.numpy())
    assert torch.equal(series.to(torch.float32).static.nan_to_num(), static.nan_to_num())
    assert torch.equal(series.to(torch.float64).trimmed().static[[0, 2]], static[[0, 2]])
    assert TimeSeries(times, values).static is None


@pytest.mark.parametrize(
    ("static", "message"),
    [
        ([1.0, 2.0, 3.0], r"data: static covariates of shape \(3,\) do not fit times of shape \(3, 4\)"),
        ([[1.0], [2.0]], r"data: static covariates of shape \(2, 1\) do not fit times"),
        ([[], [], []], r"data: static covariates of shape \(3, 0\) do not fit times"),
        ([[1.0, 2.0], [1.0, 2.0], [1.0, -float("inf")]], "data: static covariate 2 of trajectory 2 is infinite"),
        ([["a"], ["b"], ["c"]], "data: static covariates are no numbers"),
    ],
)
def test_static_covariates_that_do_not_fit_are_named(static, message):
    with pytest.raises(DataError, match=message):
        TimeSeries(*observations(), "data", static=static)


def test_a_number_chooses_a_trajectory_without_its_padding_as_lists_give_it():
    given = [([0.0, 1.0, 2.0], [[1.0], [NAN], [3.0]], [7.0, 8.0]), ([5.0], [[7.0]], [9.0, NAN])]
    series = TimeSeries.of(given)
    for one, expected in zip(series, given, strict=True):
        assert [part.nan_to_num(nan=-1.0).tolist() for part in one] == [
            torch.tensor(part).nan_to_num(nan=-1.0).tolist() for part in expected
        ]
    again = TimeSeries.of(series)
    for part in ("times", "values", "mask", "static"):
        assert torch.equal(getattr(again, part).nan_to_num(nan=-1.0), getattr(series, part).nan_to_num(nan=-1.0))
    assert len(TimeSeries.of([given[0][:2]])[0]) == 2


@pytest.mark.parametrize(
    "chosen", [[2, 0], slice(0, 3, 2), torch.tensor([True, False, True]), np.array([0, 2])], ids=repr
)
def test_several_trajectories_are_series(chosen):
    times, values = observations()
    values[0, 1, 0] = NAN
    some = TimeSeries(times, values, "data", static=[[0.0], [1.0], [2.0]])[chosen]
    order = some.static[:, 0].tolist()
    assert sorted(order) == [0, 2]
    assert torch.equal(some.values.nan_to_num(), values[[int(i) for i in order]].nan_to_num())
    assert (some.name, int((~some.mask).sum())) == ("data", 1)


def test_trajectories_of_several_sets_are_not_chosen():
    times, values = observations()
    with pytest.raises(DataError, match="data: these are 2 sets of trajectories"):
        TimeSeries(times.expand(2, -1, -1), values.expand(2, -1, -1, -1), "data")[0]


@pytest.mark.parametrize(
    ("third", "message"),
    [
        ([1.0, 2.0], "trajectory 1 has 2 static covariates, but trajectory 0 has 1"),
        ([[1.0]], r"shape \(1, 1\), expected"),
    ],
)
def test_static_covariates_of_a_list_fit_each_other(third, message):
    with pytest.raises(DataError, match=message):
        TimeSeries.of([([0.0], [1.0], [1.0]), ([0.0], [1.0], third)])


def test_times_without_any_value_are_not_among_a_series_counts():
    values = torch.ones(2, 3, 2)
    values[0, 1] = values[0, 2, 1] = torch.nan
    times = torch.arange(3.0).expand(2, 3)
    assert TimeSeries(times, values).counts == (2, 3)
    assert TimeSeries(times, torch.ones(2, 3, 2)).counts == (3, 3)
