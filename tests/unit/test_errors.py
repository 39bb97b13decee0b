"""What people give to models, losses and trainings: what cannot be used is refused in one sentence that names the place."""

import math

import numpy as np
import pytest
import torch

from pathlode.core.series import TimeSeries
from pathlode.core.solve import FixedStep
from pathlode.errors import PathlodeError
from pathlode.models.latent_ode import LatentODE
from pathlode.models.latents import encode
from pathlode.models.saving import load_model, save_model
from pathlode.models.settings import ModelConfig
from pathlode.registry import LOSSES
from pathlode.training.settings import TrainingConfig
from pathlode.training.trainer import Trainer

NAN, INF = math.nan, math.inf
SOLVER = FixedStep("rk4", 2)
SEVERAL = torch.arange(6.0).repeat(5, 1), torch.randn(5, 6, 2, generator=torch.Generator().manual_seed(0))
SERIES = TimeSeries(*SEVERAL, "train.csv")
CONFIG = TrainingConfig(steps=4, batch=2, warmup=0.5)


@pytest.fixture(scope="module")
def model():
    made = LatentODE(ModelConfig(features=2, hidden=3, latent=2, width=4), seeds=(0, 1))
    made.standardise(SERIES)
    return made


def trained(model, training=SERIES, validation=SERIES, loss="path", config=CONFIG, views=None):
    loss = LOSSES[loss](0.1) if loss == "path" else loss
    return Trainer(model, loss, training, validation, config, views=views)


def others(times=SEVERAL[0], values=SEVERAL[1], name="other.csv"):
    return TimeSeries(times, values, name)


REFUSED_BY_MODELS = {
    "other features": (lambda m: m(SEVERAL[0], torch.zeros(5, 6, 3)), "expected (batch, time) and (batch, time, 2)"),
    "one series without its axis": (lambda m: m(*(part[0] for part in SEVERAL)), "values of shape (6, 2) do not fit"),
    "no trajectory": (lambda m: m(*(part[:0] for part in SEVERAL)), "at least one trajectory"),
    "text": (
        lambda m: m(SEVERAL[0], [[["a", "b"]] * 6] * 5),
        "feature 1 at time number 1 of trajectory 0 is the text 'a'",
    ),
    "an infinite value": (lambda m: m(SEVERAL[0], SEVERAL[1] * INF), "feature 1 at time number 1 of trajectory 0 is"),
    "unsorted times": (
        lambda m: m(-SEVERAL[0], SEVERAL[1]),
        "trajectory 0, time number 2 is not greater than the time before it",
    ),
    "a missing feature": (
        lambda m: m(SEVERAL[0], SEVERAL[1].index_fill(2, torch.tensor(1), NAN)),
        "feature 2 at time number 1 of trajectory 0 is nan, but this model does not read missing values: make it with ModelConfig(gaps",
    ),
    "a query of one number": (
        lambda m: m(*SEVERAL, 7.0),
        "query times of shape () do not fit 5 trajectories: expected (batch, time)",
    ),
    "a query of other trajectories": (
        lambda m: m(*SEVERAL, SEVERAL[0][:2]),
        "query times of shape (2, 6) do not fit 5 trajectories",
    ),
    "a query without times": (lambda m: m(*SEVERAL, SEVERAL[0][:, :0]), "query times have shape (2, 5, 0), expected"),
    "an unsorted query": (
        lambda m: m(*SEVERAL, 9 - SEVERAL[0]),
        "query times: trajectory 0, time number 2 is not greater than",
    ),
    "a query before the data": (
        lambda m: m(*SEVERAL, SEVERAL[0] - 1),
        "query times: trajectory 0, time number 1 lies before the start",
    ),
    "a query at infinity": (
        lambda m: m(*SEVERAL, SEVERAL[0] + INF),
        "query times: trajectory 0, time number 1 is not finite",
    ),
    "a query of dates": (lambda m: m(*SEVERAL, np.array([["2020"]] * 5, "M8[D]")), "the model was trained on numbers"),
    "a query of text": (lambda m: m(*SEVERAL, [["a"]] * 5), "time number 1 of trajectory 0 is the text 'a'"),
    "a solver's name": (
        lambda m: m(*SEVERAL, solver="rk4"),
        "the solver is 'rk4', expected FixedStep('tsit5', steps=8) or Adaptive(",
    ),
    "no such member": (lambda m: m.member(-1), "there is no member -1: the model has 2, expected 0 to 1"),
    "a tuple for series": (
        lambda m: encode(m, SEVERAL),
        "the series are a tuple, expected a TimeSeries: TimeSeries(times, values)",
    ),
    "a tuple for training": (
        lambda m: trained(m, SEVERAL),
        "training is a tuple, expected a TimeSeries: TimeSeries(times, values)",
    ),
    "other features in validation": (
        lambda m: trained(m, validation=others(values=torch.zeros(5, 6, 3))),
        "other.csv has 3 features, but the model has 2",
    ),
    "one observation each": (
        lambda m: trained(m, others(*(part[:, :1] for part in SEVERAL))),
        "other.csv: every trajectory has one time, expected at least 2 in some of them",
    ),
    "nothing to learn": (
        lambda m: trained(m, others(values=torch.ones(5, 6, 2))),
        "all values of each feature are equal in float32",
    ),
    "too few trajectories": (
        lambda m: trained(m, config=TrainingConfig(steps=4, batch=8, warmup=0.5)),
        "train.batch is 8, but there are only 5 training trajectories",
    ),
    "a loss's name": (lambda m: trained(m, loss="pth"), "loss is a str, expected a Loss"),
    "views as a dictionary": (lambda m: trained(m, views={"first": 3}), "views is a dict, expected a Views"),
    "settings as a dictionary": (
        lambda m: trained(m, config={"steps": 4}),
        "config is a dict, expected a TrainingConfig",
    ),
    "a loss of a batch of one": (
        lambda m: LOSSES["path"](0.1)(m, m(*(part[:1] for part in SEVERAL), solver=SOLVER), SEVERAL[1][:1]),
        "a batch of one trajectory has no standard deviation of z0, the unit of path lengths: train on batches of at least 2",
    ),
    "a loss of values that are all missing": (
        lambda m: LOSSES["none"](0.1)(m, m(*SEVERAL, solver=SOLVER), SEVERAL[1] * NAN),
        "all values that the prediction is compared with are missing",
    ),
    "a loss of other trajectories": (
        lambda m: LOSSES["none"](0.1)(m, m(*SEVERAL, solver=SOLVER), SEVERAL[1][:1]),
        "values of shape (1, 6, 2) do not fit predictions of shape (2, 5, 6, 2)",
    ),
    "a loss of fewer features": (
        lambda m: LOSSES["none"](0.1)(m, m(*SEVERAL, solver=SOLVER), SEVERAL[1][..., :1]),
        "values of shape (5, 6, 1) do not fit predictions",
    ),
    "a weight of text": (lambda m: LOSSES["path"]("much"), "the weight of PathLength is 'much', expected a number"),
    "a weight that is no number": (lambda m: LOSSES["path"](NAN), "the weight of PathLength is nan"),
    "a number of features as text": (
        lambda m: ModelConfig(features="2"),
        "model.features is '2', expected a whole number",
    ),
    "half a feature": (
        lambda m: ModelConfig(features=2.5),
        "model.features is 2.5, expected a whole number of at least 1",
    ),
    "an infinite unit of time": (
        lambda m: ModelConfig(features=2, time_unit=INF),
        "model.time_unit is inf, expected a duration",
    ),
    "half a step": (lambda m: TrainingConfig(steps=0.5), "train.steps is 0.5, expected a whole number of at least 1"),
    "a learning rate of text": (
        lambda m: TrainingConfig(learning_rate="fast"),
        "train.learning_rate is fast, expected a number",
    ),
}


@pytest.mark.parametrize("name", REFUSED_BY_MODELS)
def test_what_models_and_trainings_cannot_use_is_refused_in_a_sentence(name, model):
    ask, message = REFUSED_BY_MODELS[name]
    with pytest.raises(PathlodeError) as caught:
        ask(model)
    text = str(caught.value)
    assert message in text
    assert "\n" not in text
    assert len(text) < 400


TAKEN_BY_MODELS = {
    "arrays": tuple(part.numpy() for part in SEVERAL),
    "lists": tuple(part.tolist() for part in SEVERAL),
    "double precision": tuple(part.double() for part in SEVERAL),
    "double precision of times alone": (SEVERAL[0].double(), SEVERAL[1]),
    "double precision of values alone": (SEVERAL[0], SEVERAL[1].double()),
    "integers as times": (SEVERAL[0].long(), SEVERAL[1]),
}


@pytest.mark.parametrize("name", TAKEN_BY_MODELS)
def test_models_take_numbers_of_any_kind(name, model):
    times, values = TAKEN_BY_MODELS[name]
    found = model(times, values, [[6.0, 7.5]] * 5, solver=SOLVER).values
    expected = model(*SEVERAL, torch.tensor([[6.0, 7.5]] * 5), solver=SOLVER).values
    assert torch.allclose(found.float(), expected, atol=1e-4)
    assert found.dtype == (values.dtype if isinstance(values, torch.Tensor) else found.dtype)


def test_a_batch_of_one_is_predicted_as_in_a_larger_batch(model):
    one = model(*(part[:1] for part in SEVERAL), solver=SOLVER).values
    assert torch.allclose(one, model(*SEVERAL, solver=SOLVER).values[:, :1], atol=1e-6)


@pytest.mark.parametrize("constant", [0.0, 7.0, NAN], ids=["zero", "seven", "missing"])
def test_a_feature_without_variation_trains(constant):
    """It may also be missing everywhere."""
    values = torch.stack([SEVERAL[1][..., 0], torch.full((5, 6), constant)], dim=-1)
    series = TimeSeries(SEVERAL[0], values)
    run = Trainer(LatentODE(ModelConfig(2, 3, 2, 4, gaps=True)), LOSSES["path"](0.1), series, series, CONFIG)
    run.run()
    assert run.history[-1].mse.isfinite().all()
    assert run.model.std[..., 1].item() == 1.0


@pytest.mark.parametrize("encoder", ["gru", "interpolation"])
def test_numbers_of_observations_that_no_series_had_in_training_are_told_of_once(encoder, caplog, tmp_path):
    """Unless the encoder does not mind."""
    made = LatentODE(ModelConfig(2, 3, 2, 4, encoder=encoder), seeds=(0, 1))
    made.standardise(TimeSeries.of([(SEVERAL[0][i, : 6 - i], SEVERAL[1][i, : 6 - i]) for i in range(2)]))
    save_model(tmp_path / "model.pt", made)
    for one in (made.member(1), load_model(tmp_path / "model.pt")[0]):
        for count in (4, 5, 6, 4):
            one(*(part[:, :count] for part in SEVERAL), solver=SOLVER)
        assert one.counts == (5, 6)
    told = [record.message for record in caplog.records]
    assert len(told) == 2 * (encoder == "gru"), "each of the two models tells once"
    assert all("series of 4 observations are read by an encoder that was trained on 5 to 6" in line for line in told)
