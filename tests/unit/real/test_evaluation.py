import numpy as np
import pytest
import torch

from pathlode.models.latent_ode import LatentODE
from pathlode.models.settings import ModelConfig
from pathlode.real.evaluation import (
    boosted_predictions,
    classified_by_frequency,
    classified_by_line,
    classified_by_model,
    classified_by_trees,
    examples,
    simple_predictions,
    weight_choices,
    z0_of_all,
)
from pathlode.real.fits import Asked
from pathlode.real.measured import UNKNOWN
from pathlode.real.splits import Hiding, split_series


@pytest.fixture
def asked(measured):
    return [
        Asked(measured, split_series(measured, 0.25, 0.2, Hiding(0.3, "value"), n), "interpolation") for n in (0, 1)
    ]


def stack(members):
    return LatentODE(ModelConfig(features=2, hidden=3, latent=3, width=4, gaps=True), list(range(members)))


def test_each_replicate_takes_the_weight_with_the_smallest_validation_error(asked):
    table = weight_choices(asked, stack(4), [0.1, 1.0], None)
    assert table["replicate"].tolist() == [0, 0, 1, 1]
    assert table["member"].tolist() == [0, 1, 2, 3]
    assert table["weight"].tolist() == [0.1, 1.0, 0.1, 1.0]
    for replicate, own in enumerate(asked):
        rows = table[table["replicate"] == replicate]
        assert rows.loc[rows["chosen"], "error"].tolist() == [rows["error"].min()]
        member, held_out = stack(4).member(2 * replicate), own.split.validation
        assert rows["error"].iloc[0] == pytest.approx(own.error(own.predicted_by(member, held_out, None), held_out))


def test_rivals_beat_the_training_mean(asked):
    own, test = asked[0], asked[0].split.test
    errors = {name: own.error(found[test], test) for name, found in simple_predictions(own).items()}
    assert errors["train_mean"] == 1
    assert errors["line"] < 1
    found, seconds = boosted_predictions(own, {"max_iter": 50, "min_samples_leaf": 2}, 1000, 0)
    assert own.error(found[test], test) < 1
    assert seconds > 0


def test_classes_are_told_from_inputs_that_tell_them(measured, asked):
    split, labels = asked[0].split, measured.labels
    assert classified_by_line(labels[:, None].astype(np.float32), measured, split)["auroc"] == 1
    assert classified_by_trees(measured, split, {"max_iter": 10, "min_samples_leaf": 2}, 0)["auroc"] == 1
    assert classified_by_frequency(measured, split)["auroc"] == 0.5


def test_series_of_unknown_class_count_nowhere(measured, asked):
    split = asked[0].split
    measured.labels[split.test[:3]] = UNKNOWN
    found = classified_by_line(np.random.default_rng(0).normal(size=(40, 2)).astype(np.float32), measured, split)
    assert found["missed"] >= 0.5 / (len(split.test) - 3)


def test_a_model_without_a_head_tells_classes_by_a_regression_on_z0(measured, asked):
    model, split = stack(1), asked[0].split
    assert classified_by_model(measured, model, split) == classified_by_line(
        z0_of_all(measured, model), measured, split
    )


def test_a_head_tells_classes_itself(measured, asked):
    """Its probability of the second class rises with the first latent dimension, and so does or does not the class."""
    split, config = asked[0].split, ModelConfig(features=2, hidden=3, latent=3, width=4, gaps=True, head=2)
    model = LatentODE(config, [0])
    with torch.no_grad():
        model.latent_to_outcome.weight[:] = torch.tensor([[0.0, 2.0], [0.0, 0.0], [0.0, 0.0]])
        model.latent_to_outcome.bias[:] = torch.tensor([0.0, 1.0])
    z0 = z0_of_all(measured, model)
    measured.labels[:] = z0[:, 0] > np.median(z0[:, 0])
    assert classified_by_model(measured, model, split)["auroc"] == 1
    measured.labels[:] = 1 - measured.labels
    measured.labels[split.test[0]] = UNKNOWN
    found = classified_by_model(measured, model, split)
    assert (found["auroc"], found["missed"]) == (0, 1)


def test_there_is_one_z0_for_every_series(measured):
    assert z0_of_all(measured, stack(1)).shape == (40, 3)


def test_examples_are_of_the_test_series_of_which_most_is_asked(asked):
    own = asked[0]
    shown = examples(own, {"path": stack(1)}, ["line"], None)
    number = np.isfinite(own.values[own.split.test]).sum(axis=(1, 2))
    assert np.isfinite(shown.asked[0]).sum() == number.max()
    assert set(shown.predicted) == {"path", "line"}
    assert shown.features == ["level (1)", "time (h)"]
    assert shown.names[0] in own.measured.names[own.split.test]
