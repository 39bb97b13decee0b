import pytest
import torch

from pathlode.core.series import TimeSeries
from pathlode.errors import ConfigError, DataError
from pathlode.registry import LOSSES
from pathlode.training.batches import refuse_unusable
from pathlode.training.trainer import Trainer


def test_batches_cover_the_data_once_an_epoch_in_an_order_of_each_members_own(trainer, data):
    run = trainer()
    batches = [run.batches.next_batch()[0] for _ in range(6)]  # 96 trajectories in batches of 16
    seen = torch.cat(batches, dim=1)
    everything = data.train.observed.times.float()
    for member in range(3):
        assert torch.equal(seen[member].sort(dim=0).values, everything.sort(dim=0).values)
    assert not torch.equal(seen[0], seen[1])


def test_all_losses_see_the_same_batches(trainer):
    path, kl = trainer("path"), trainer("kl")
    for _ in range(3):
        kl.batches.draw(torch.randn, 4)
        assert torch.equal(path.batches.next_batch()[0], kl.batches.next_batch()[0])


@pytest.mark.parametrize(
    ("scale", "dtype", "message"),
    [
        (
            1e20,
            torch.float32,
            "feature 2 has a range of 2e.20, whose square float32 does not hold: give it in another unit",
        ),
        (1e-25, torch.float32, "feature 2 has a range of 2e-25, whose square float32 does not hold"),
        (1e200, torch.float64, "feature 2 has a range of 2e.200, whose square float64 does not hold"),
    ],
)
def test_a_feature_without_a_standard_deviation_in_its_precision_is_refused(scale, dtype, message):
    values = torch.stack([torch.arange(3.0), scale * torch.arange(3, dtype=torch.float64)], dim=-1).to(dtype)
    series = TimeSeries(torch.arange(3.0)[None].expand(2, 3), values[None].expand(2, 3, 2), "few")
    with pytest.raises(DataError, match=f"few: {message}"):
        refuse_unusable(series, series)


def test_a_batch_larger_than_the_data_is_refused(trainer):
    with pytest.raises(ConfigError, match="train.batch is 97, but there are only 96"):
        trainer(batch=97)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda series: (series.times, series.values), "training is a tuple, expected a TimeSeries"),
        (lambda series: TimeSeries(series.times[:, :1], series.values[:, :1]), "every trajectory has one time"),
        (lambda series: TimeSeries(series.times, series.values[..., :1]), "has 1 features, but the model has 2"),
        (
            lambda series: TimeSeries(series.times, 0 * series.values + 1),
            "all values of each feature are equal in float32",
        ),
        (
            lambda series: TimeSeries(series.times, series.values, dates=True),
            "training and validation mix dates and numbers",
        ),
        (
            lambda series: TimeSeries(series.times, series.values.where(series.values < 1, torch.nan), "my.csv"),
            "my.csv: values: .*gaps=True",
        ),
    ],
)
def test_data_from_which_nothing_can_be_learnt_are_refused(make_model, data, settings, change, message):
    with pytest.raises(DataError, match=message):
        Trainer(make_model(), LOSSES["path"](), change(data.train.observed), data["validation"].observed, settings)
