import numpy as np
import pytest
import torch

from pathlode.models.constant import Constant
from pathlode.models.latent_ode import LatentODE
from pathlode.models.settings import ModelConfig
from pathlode.real.fits import Asked, candidates, observed_classes, observed_series
from pathlode.real.measured import UNKNOWN
from pathlode.real.splits import Hiding, split_series

HIDING = Hiding(0.3, "value", first=3)


def test_every_replicate_has_a_member_for_each_weight():
    assert candidates([0, 7], [0.1, 1.0, 10.0]) == ([0, 1, 2, 21, 22, 23], [0.1, 1.0, 10.0, 0.1, 1.0, 10.0])


def test_each_replicate_has_its_own_series_and_sees_no_hidden_validation_value(measured):
    splits = [split_series(measured, 0.25, 0.2, HIDING, replicate) for replicate in (0, 1)]
    data = observed_series(measured, splits, "interpolation", each=3)
    assert data.owners == [0, 0, 0, 1, 1, 1]
    _, whole = measured.padded()
    for number, split in enumerate(splits):
        trained = data.training.values[number].numpy()
        assert np.array_equal(trained, whole[split.train], equal_nan=True)
        held_out = data.validation.values[number].numpy()
        seen = measured.padded(split.seen(measured, "interpolation"))[1][split.validation]
        assert np.array_equal(held_out, seen, equal_nan=True)
        assert np.isfinite(held_out).sum() < np.isfinite(whole[split.validation]).sum()


def test_each_replicate_has_the_classes_of_its_own_series(measured):
    splits = [split_series(measured, 0.25, 0.2, HIDING, replicate) for replicate in (0, 1)]
    measured.labels[splits[1].train[2]] = UNKNOWN
    known = observed_classes(measured, splits, 0.5)
    assert known.weight == 0.5
    for number, split in enumerate(splits):
        for found, part in ((known.training, split.train), (known.validation, split.validation)):
            there = measured.labels[part] != UNKNOWN
            assert np.array_equal(found[number].isfinite().numpy(), there)
            assert np.array_equal(found[number].numpy()[there], measured.labels[part][there])
    assert known.training[1, 2].isnan()


@pytest.mark.parametrize("goal", ["interpolation", "forecast"])
def test_no_hidden_value_reaches_a_model(measured, goal):
    """Whatever the hidden values are, predictions stay the same; another value that may be read changes them."""
    split = split_series(measured, 0.25, 0.2, HIDING, 0)
    config = ModelConfig(features=2, hidden=3, latent=3, width=4, gaps=True)
    model, test = LatentODE(config, [0]), split.test
    before = Asked(measured, split, goal).predicted_by(model, test, None)
    hidden = np.isfinite(split.asked(measured, goal))
    measured.values[hidden] += 100
    after = Asked(measured, split, goal).predicted_by(model, test, None)
    assert np.array_equal(before, after, equal_nan=True)
    measured.values[~hidden] += 1
    assert not np.array_equal(before, Asked(measured, split, goal).predicted_by(model, test, None), equal_nan=True)


def test_a_constant_model_predicts_what_the_simple_predictions_do(measured):
    split = split_series(measured, 0.25, 0.2, HIDING, 0)
    asked, test = Asked(measured, split, "forecast"), split.test
    model = Constant(ModelConfig(features=2), [0])
    last = asked.predicted_by(model, test, None)
    times, seen = asked.times[test], asked.seen[test]
    for series in range(len(test)):
        later = times[series] > 2
        assert np.allclose(last[series, later, 0], seen[series, 2, 0])
    assert asked.error(np.full_like(last, np.nan), test) == 1


def test_a_series_without_anything_to_read_is_left_open(measured):
    split = split_series(measured, 0.25, 0.2, HIDING, 0)
    own = measured.owner == split.test[0]
    measured.values[own & (measured.place < 3)] = np.nan
    model = LatentODE(ModelConfig(features=2, hidden=3, latent=3, width=4, gaps=True), [0])
    with torch.no_grad():
        found = Asked(measured, split, "forecast").predicted_by(model, split.test, None)
    assert np.isnan(found[0]).all()
    assert np.isfinite(found[1, : measured.counts[split.test[1]]]).all()
