import pytest
import torch

from pathlode.core.series import TimeSeries
from pathlode.forecasting.defaults import MOST_HELD_OUT, split, time_unit, training_settings


def series(number):
    return TimeSeries(torch.arange(3.0).expand(number, 3), torch.arange(3.0 * number).view(number, 3, 1))


@pytest.mark.parametrize(("number", "held_out"), [(4, 2), (10, 2), (11, 3), (100, 25), (5000, MOST_HELD_OUT)])
def test_a_quarter_is_held_out_and_each_series_has_one_part(number, held_out):
    data = split(series(number), seed=1)
    assert (len(data.training), len(data.validation)) == (number - held_out, held_out)
    firsts = torch.cat([data.training.values[:, 0, 0], data.validation.values[:, 0, 0]])
    assert firsts.sort().values.tolist() == [3.0 * i for i in range(number)]
    assert not torch.equal(split(series(number), seed=2).validation.values, data.validation.values)


def test_the_time_unit_is_a_tenth_of_what_nearly_all_series_last():
    lasting = [(torch.tensor([100.0, 100.0 + duration]).double(), [0.0, 1.0]) for duration in range(1, 12)]
    assert time_unit(TimeSeries.of([*lasting, ([3.0], [0.0])])) == pytest.approx(1.0)  # 9 of 10 ranks from 1 to 11


def test_a_batch_is_no_larger_than_the_data():
    assert [training_settings(series(number), 100)["batch"] for number in (4, 500)] == [4, 32]
