import pytest
import torch

from pathlode.core.series import TimeSeries
from pathlode.core.solve import Adaptive
from pathlode.dynamics.data import GRID_POINTS, ScoredSplit
from pathlode.dynamics.scores import evaluate
from pathlode.dynamics.windows import extrapolation_nmse, far_nmse, interpolation_nmse, window_errors

SOLVER = Adaptive(rtol=1e-6, atol=1e-6)


def test_each_window_has_an_error_of_its_own():
    """A truth that is 0 for one half of the trajectories and 2 for the other, and predictions that are off by a known number."""
    times = torch.arange(1.0, 301.0).expand(2, -1)
    truth = torch.tensor([0.0, 2.0])[:, None, None].expand(2, 300, 1)
    inside, everywhere = TimeSeries(times[:, :GRID_POINTS], truth[:, :GRID_POINTS]), torch.ones(2, 400) > 0
    split = ScoredSplit(None, None, inside, TimeSeries(times, truth), everywhere)
    off = torch.cat([torch.full((100,), 0.5), torch.full((200,), 3.0)])[:, None]
    beyond = (truth + off)[None]
    assert interpolation_nmse(truth[None, :, :GRID_POINTS] - 0.1, split).item() == pytest.approx(0.01)
    assert extrapolation_nmse(beyond, split).item() == pytest.approx(0.25)
    assert extrapolation_nmse(beyond[:, :, :GRID_POINTS], split).item() == pytest.approx(0.25)
    assert far_nmse(beyond, split).item() == pytest.approx(9.0)


def test_times_that_do_not_count_have_no_effect():
    """Each window is half counted; predictions elsewhere are infinite."""
    times = torch.arange(1.0, 301.0).expand(2, -1)
    truth = torch.tensor([1.0, 3.0])[:, None, None].expand(2, 300, 1)
    counted = (torch.arange(400) % 2 == 0).expand(2, -1)
    predicted = (truth + 0.5).where(counted[:, 100:, None], torch.inf)[None]
    split = ScoredSplit(None, None, TimeSeries(times[:, :100], truth[:, :100]), TimeSeries(times, truth), counted)
    assert interpolation_nmse(predicted[:, :, :100], split).item() == pytest.approx(0.25)
    assert extrapolation_nmse(predicted, split).item() == pytest.approx(0.25)
    assert far_nmse(predicted, split).item() == pytest.approx(0.25)


def test_window_errors_are_the_scores_of_the_same_name(make_model, data):
    model = make_model()
    scores = evaluate(model, data["test"], SOLVER).scores
    for name, errors in zip(
        ("interpolation_nmse", "extrapolation_nmse"), window_errors(model, data["test"], SOLVER), strict=True
    ):
        assert torch.allclose(errors, scores[name], rtol=1e-3), name
