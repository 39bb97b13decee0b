import math

import pytest
import torch

from pathlode.core.series import TimeSeries
from pathlode.core.solve import Adaptive
from pathlode.dynamics.data import GRID_POINTS, ScoredSplit
from pathlode.dynamics.scores import evaluate, mean_path_length, variance_within
from pathlode.models import latents
from pathlode.models.latents import encode
from pathlode.models.settings import ModelConfig
from pathlode.registry import MODELS

SOLVER = Adaptive(rtol=1e-6, atol=1e-6)


def test_variance_within_of_known_paths():
    time = torch.linspace(0, 2 * math.pi, 201)[:-1]
    still = torch.randn(1, 500, 1, 1).expand(1, 500, 200, 1)
    wave = time.sin()[None, None, :, None].expand(1, 500, 200, 1)
    assert variance_within(still).item() == pytest.approx(0.0, abs=1e-6)
    assert variance_within(wave).item() == pytest.approx(1.0)
    assert variance_within(still * 2 + wave).item() == pytest.approx(
        0.5 / (0.5 + 4 * still[:, :, 0].var().item()), rel=1e-2
    )
    unused = torch.cat([still + wave, 1e-6 * wave], dim=-1)
    assert variance_within(unused).item() == pytest.approx(variance_within(still + wave).item(), rel=1e-3)
    assert variance_within(1e-3 * (still + wave)).item() == pytest.approx(
        variance_within(still + wave).item(), rel=1e-3
    )


def test_the_mean_length_of_two_paths():
    """One of 3 + 4 along the axes, one that stands still; standing costs the floor under the root, a millionth a step."""
    walk = torch.tensor([[0.0, 0.0], [3.0, 0.0], [3.0, 4.0]])
    assert mean_path_length(torch.stack([walk, torch.zeros(3, 2)])[None]).item() == pytest.approx(3.5, abs=1e-5)


def test_models_without_latents_have_the_other_scores(data):
    model = MODELS["constant"](ModelConfig(features=2), (0, 1))
    model.fit(data.train.observed.to(torch.float32))
    result = evaluate(model, data["test"], SOLVER)
    without = {name for name, score in result.scores.items() if score.isnan().all()}
    assert without == {"path_length", "variance_within", "nfe"}
    assert result.path is None
    last = data["test"].observed.values[:, -1:].float()
    assert torch.equal(result.predicted[1, :, 100:], last.expand(-1, 200, -1))


def test_scores_of_a_split(make_model, data):
    model = make_model()
    result = evaluate(model, data["test"], SOLVER)
    for name, score in result.scores.items():
        assert score.shape == (3,), name
        assert (score > 0).all(), name
    assert result.predicted.shape == (3, 16, 300, 2)
    assert result.path.shape == (3, 16, 300, 4)
    assert next(model.parameters()).dtype == torch.float32  # the model itself is left alone


def test_the_encoder_never_sees_beyond_the_observed_window(make_model, data):
    model, test = make_model(), data["test"]
    nonsense = TimeSeries(test.beyond.times, 1e6 * torch.randn_like(test.beyond.values))
    altered = ScoredSplit(test.observed, test.parameters, test.inside, nonsense, test.counted)
    first, second = (evaluate(model, split, SOLVER) for split in (test, altered))
    assert torch.equal(first.predicted, second.predicted)
    assert not torch.equal(first.scores["extrapolation_nmse"], second.scores["extrapolation_nmse"])


def test_the_next_window_and_those_after_it_are_scored_apart(make_model, data):
    """A truth that is altered in the far windows changes the far score alone."""
    model, test = make_model(), data["test"]
    values = test.beyond.values.clone()
    values[:, GRID_POINTS:] += 1.0
    altered = ScoredSplit(
        test.observed, test.parameters, test.inside, TimeSeries(test.beyond.times, values), test.counted
    )
    first, second = (evaluate(model, split, SOLVER).scores for split in (test, altered))
    assert torch.equal(first["extrapolation_nmse"], second["extrapolation_nmse"])
    assert not torch.equal(first["far_nmse"], second["far_nmse"])


def test_the_truth_changes_no_score_where_it_does_not_count(make_model, data):
    model, test = make_model(), data["test"]
    counted = test.counted.clone()
    counted[:, -50:] = False
    values = test.beyond.values.clone()
    values[:, -50:] = 1e3
    altered = TimeSeries(test.beyond.times, values)
    kept, changed = (
        evaluate(model, ScoredSplit(test.observed, test.parameters, test.inside, beyond, counted), SOLVER).scores
        for beyond in (test.beyond, altered)
    )
    for name, score in kept.items():
        assert torch.equal(score, changed[name]), name
        assert score.isfinite().all(), name


@pytest.mark.parametrize("at_once", [500, 4])
def test_encode_gives_the_latents_of_the_model(make_model, series, monkeypatch, at_once):
    monkeypatch.setattr(latents, "ENCODED_AT_ONCE", at_once)
    model = make_model()
    single = model.encode(series.times.float(), series.values.float()).z0
    assert torch.allclose(encode(model, series), single, atol=1e-6)
