import math

import pytest
import torch

from pathlode.core.observed import Observed
from pathlode.core.series import TimeSeries
from pathlode.errors import DivergenceError
from pathlode.forecasting.weighting import Candidates, earlier, held_out_score
from pathlode.models.constant import Constant
from pathlode.models.settings import ModelConfig
from pathlode.training.experiment import Experiment

NAN = float("nan")


def test_the_first_two_thirds_of_each_series_are_kept():
    series = TimeSeries.of([(range(6), range(6)), ([0.0, 1.0, 2.0], [NAN, NAN, 5.0]), ([7.0], [8.0])])
    first = earlier(series)
    assert first.lengths.tolist() == [4, 3, 1]  # the second one up to its first observation
    assert first.values[0, :, 0].nan_to_num(nan=-1).tolist() == [0, 1, 2, 3, -1, -1]
    assert first.values[1, 2, 0] == 5.0


def test_the_score_of_a_model_that_predicts_mean_and_last_value():
    """Of 0 ... 5 the first four are shown, and the second of these is hidden from the encoder for the first error."""
    model = Constant(ModelConfig(features=1), [0])
    inside = abs((0 + 2 + 3) / 3 - 1)
    beyond = math.sqrt(((4 - 3) ** 2 + (5 - 3) ** 2) / 2)
    series = TimeSeries.of([([0.0, 1, 2, 3, 4, 5], [0.0, 1, 2, 3, 4, 5])])
    assert float(held_out_score(model, series)) == pytest.approx(math.sqrt(inside * beyond))


def test_an_error_without_observations_is_left_out():
    model = Constant(ModelConfig(features=1), [0])
    pair = TimeSeries.of([([0.0, 1.0, 2.0], [1.0, 4.0, NAN])])
    assert float(held_out_score(model, pair)) == pytest.approx(3.0)  # of the second, which is hidden


@pytest.fixture
def candidates():
    sizes = {"hidden": 3, "latent": 3, "width": 4, "encoder_hidden": 4}
    train = {"steps": 20, "batch": 2, "validate_every": 10, "solver_steps": 2, "solver_error_share": 1e9}
    return Candidates(
        Experiment(seeds=[0], sizes=sizes, train=train, encoder="interpolation", loss="path"), (0.1, 1.0), 5
    )


@pytest.fixture
def data():
    series = TimeSeries(
        torch.arange(6.0).expand(4, 6), torch.randn(4, 6, 1, generator=torch.Generator().manual_seed(0))
    )
    return Observed(series[:2], series[2:])


@pytest.mark.parametrize(("scores", "best"), [([1.0, 1.0, 0.5, 1.4], 1.0), ([1.0, 1.0, 0.5, NAN], 0.1)])
def test_the_weight_with_the_lowest_mean_score_is_chosen(candidates, data, tmp_path, monkeypatch, scores, best):
    seen = []

    def score(model, series):
        seen.append((model.seeds, series is data.validation))
        return torch.tensor(scores)

    monkeypatch.setattr("pathlode.forecasting.weighting.held_out_score", score)
    assert candidates.choose(data, tmp_path, "identity") == best
    assert seen == [((5, 6, 5, 6), True)]


def test_no_weight_is_chosen_among_diverged_ones(candidates, data, tmp_path, monkeypatch):
    monkeypatch.setattr(
        "pathlode.forecasting.weighting.held_out_score", lambda model, series: torch.full((4,), torch.nan)
    )
    with pytest.raises(DivergenceError, match="every weight that was tried made training diverge"):
        candidates.choose(data, tmp_path, "identity")
