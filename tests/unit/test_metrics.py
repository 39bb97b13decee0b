import pytest
import torch

from pathlode.metrics import encode, evaluate, nmse, nmse_in_time
from pathlode.series import TimeSeries
from pathlode.solve import Adaptive
from pathlode.systems.contract import Split

SOLVER = Adaptive(rtol=1e-6, atol=1e-6)


def test_nmse_is_zero_for_the_truth_and_one_for_its_mean():
    truth = torch.randn(20, 7, 2) * torch.tensor([1.0, 5.0]) + 3
    mean = truth.mean(dim=(0, 1)).expand(1, 20, 7, 2)
    assert nmse(truth[None], truth).tolist() == [0.0]
    assert nmse(mean, truth).item() == pytest.approx(1.0)


def test_nmse_by_hand():
    truth = torch.tensor([[[0.0], [2.0]]])
    predicted = torch.tensor([[[[1.0], [2.0]]]])
    assert nmse(predicted, truth).item() == pytest.approx(1 / 2)


def test_nmse_in_time_is_the_nmse_of_each_time_by_itself():
    truth = torch.randn(20, 3, 2) * torch.tensor([1.0, 10.0, 100.0])[:, None]
    predicted = truth + torch.randn(4, 20, 3, 2)
    expected = [nmse(predicted[:, :, [time]], truth[:, [time]]) for time in range(3)]
    assert torch.allclose(nmse_in_time(predicted, truth), torch.stack(expected, dim=1))


def test_scores_of_a_split(make_model, data):
    model = make_model()
    result = evaluate(model, data["test"], SOLVER)
    for score in (result.interpolation_nmse, result.extrapolation_nmse, result.path_length, result.evaluations):
        assert score.shape == (3,)
        assert (score > 0).all()
    assert result.inside.shape == result.beyond.shape == (3, 16, 100, 2)
    assert result.path.shape == (3, 16, 200, 4)
    assert next(model.parameters()).dtype == torch.float32  # the model itself is left alone


def test_the_encoder_never_sees_beyond_the_observed_window(make_model, data):
    model, test = make_model(), data["test"]
    nonsense = TimeSeries(test.beyond.times, 1e6 * torch.randn_like(test.beyond.values))
    altered = Split(test.observed, test.parameters, test.inside, nonsense)
    first, second = (evaluate(model, split, SOLVER) for split in (test, altered))
    assert torch.equal(first.beyond, second.beyond)
    assert not torch.equal(first.extrapolation_nmse, second.extrapolation_nmse)


def test_encode_gives_the_latents_of_the_model(make_model, series):
    model = make_model()
    single = model.encode(series.times.float(), series.values.float()).z0
    assert torch.allclose(encode(model, series).float(), single, atol=1e-4)
