"""Heads that are trained with a model: their loss by hand, and outcomes that a line in z0 separates."""

import math

import pytest
import torch

from pathlode.core.series import TimeSeries
from pathlode.errors import ConfigError, DataError
from pathlode.models.curve import Curve
from pathlode.models.latent_ode import LatentODE
from pathlode.models.settings import ModelConfig
from pathlode.parts import kind_of, without_unused
from pathlode.training.losses.reconstruction import Reconstruction
from pathlode.training.outcomes import Outcomes, prepared
from pathlode.training.settings import TrainingConfig
from pathlode.training.trainer import Trainer

NAN = math.nan


class WithoutLatent(Curve):
    offers = Curve.offers - {"latent"}


def levels(n, seed):
    """Series at a level between -1 and 1, with noise."""
    generator = torch.Generator().manual_seed(seed)
    level = 2 * torch.rand(n, generator=generator) - 1
    noise = 0.1 * torch.randn(n, 5, generator=generator)
    return TimeSeries(torch.linspace(0, 1, 5).expand(n, -1), (level[:, None] + noise)[..., None]), level


def make(head, kind=LatentODE, seeds=(0,)):
    sizes = {"features": 1, "hidden": 4, "latent": 3, "width": 6, "depth": 1, "head": head, "encoder": "interpolation"}
    return kind(ModelConfig(**without_unused(kind_of(kind), sizes)), seeds)


def trained(kind, head, outcome, weight=5.0):
    """A trainer at its end, and the levels of the validation series."""
    (seen, level), (new, other) = levels(64, 0), levels(32, 1)
    solver = {"solver": "rk4", "solver_steps": 2, "refine": False}
    settings = TrainingConfig(
        steps=150, batch=32, learning_rate=0.03, validate_every=50, **without_unused(kind_of(kind), solver)
    )
    outcomes = Outcomes(outcome(level), outcome(other), weight)
    trainer = Trainer(make(head, kind), Reconstruction(), seen, new, settings, outcomes=outcomes)
    trainer.run()
    return trainer, other


@pytest.mark.parametrize("kind", [LatentODE, Curve])
def test_classes_are_learnt_with_the_model(kind):
    trainer, level = trained(kind, 2, lambda level: (level > 0).long())
    told = trainer.model(trainer.validation.times, trainer.validation.values).outcome
    clear = level.abs() > 0.2
    assert told.shape == (1, 32, 2)
    assert (told[0].argmax(dim=-1) == (level > 0))[clear].float().mean() > 0.9
    assert trainer.history[-1].mse < 0.3  # the values are fitted as well


def test_a_number_is_learnt_in_its_own_unit():
    trainer, level = trained(LatentODE, 1, lambda level: 1000 + 50 * level)
    told = trainer.model(trainer.validation.times, trainer.validation.values).outcome[0, :, 0]
    assert (told - (1000 + 50 * level)).abs().mean() < 10  # the mean would be 25 off


def test_outcomes_that_are_not_known_enter_no_loss():
    model, told = make(2, seeds=(0, 1)), torch.randn(2, 4, 2)
    known = torch.tensor([0.0, NAN, 1.0, NAN])
    outcomes = Outcomes(known, known, weight=3.0)
    by_hand = -(told.log_softmax(dim=-1)[:, 0, 0] + told.log_softmax(dim=-1)[:, 2, 1]) / 2
    assert torch.allclose(outcomes.loss(model, told, known), 3 * by_hand)
    number = make(1, seeds=(0, 1))
    number.outcome_std.fill_(2.0)
    expected = 3 * 0.5 * ((told[:, 0, 0] - 0) ** 2 + (told[:, 2, 0] - 1) ** 2) / 4 / 2
    assert torch.allclose(outcomes.loss(number, told[..., :1], known), expected)
    assert torch.equal(outcomes.loss(model, told, torch.full((4,), NAN)), torch.zeros(2))


def test_the_unit_of_a_number_is_that_of_each_members_training_series():
    series, level = levels(8, 0)
    sets = TimeSeries(series.times.expand(2, -1, -1), series.values.expand(2, -1, -1, -1))
    known = torch.stack([level, 10 + 5 * level])
    model = make(1, seeds=(0, 1, 2))
    prepared(Outcomes(known, known), model, sets, sets, [1, 0, 1])
    assert torch.allclose(model.outcome_mean.flatten()[0], 10 + 5 * model.outcome_mean.flatten()[1])
    assert torch.allclose(
        model.outcome_std.flatten(), (torch.tensor([5.0, 1.0, 5.0]) * level.std(correction=0)).double(), rtol=1e-5
    )


def test_a_weight_of_zero_changes_no_other_weight():
    def run(head, outcomes):
        series, settings = levels(16, 0)[0], TrainingConfig(steps=3, batch=8, warmup=0.5, solver="rk4", solver_steps=2)
        trainer = Trainer(make(head), Reconstruction(), series, series, settings, outcomes=outcomes)
        trainer.run()
        return dict(trainer.model.named_parameters())

    with_head, without = run(2, Outcomes([0.0, 1.0] * 8, [0.0, 1.0] * 8, weight=0.0)), run(0, None)
    assert all(torch.equal(with_head[name], p) for name, p in without.items())


@pytest.mark.parametrize(
    ("head", "kind", "training", "message"),
    [
        (0, LatentODE, [0.0] * 8, "the model has no head: set head of ModelConfig"),
        (2, WithoutLatent, [0.0] * 8, "WithoutLatent has no z0, from which a head could predict an outcome"),
        (2, LatentODE, [0.0] * 3, "outcomes of shape .3,. do not fit series of .8,., expected one for each series"),
        (
            2,
            LatentODE,
            [0.0, 2.0] * 4,
            "the outcome of series 1 is 2, expected a class from 0 to 1: head of ModelConfig is 2",
        ),
        (2, LatentODE, [0.0, 0.5] * 4, "the outcome of series 1 is 0.5, expected a class"),
        (1, LatentODE, [math.inf] * 8, "outcomes are infinite, or none is known"),
        (1, LatentODE, [NAN] * 8, "outcomes are infinite, or none is known"),
        (1, LatentODE, ["a"] * 8, "training outcomes are no numbers"),
    ],
)
def test_outcomes_that_do_not_fit_are_refused(head, kind, training, message):
    series = levels(8, 0)[0]
    with pytest.raises((ConfigError, DataError), match=message):
        prepared(Outcomes(training, [0.0] * 8), make(head, kind), series, series, None)


def test_a_head_without_outcomes_and_a_negative_weight_are_refused():
    series = levels(8, 0)[0]
    with pytest.raises(ConfigError, match="the model has a head, but no outcomes are given"):
        Trainer(make(2), Reconstruction(), series, series, TrainingConfig(batch=8))
    with pytest.raises(ConfigError, match="the weight of the outcomes is -1"):
        Outcomes([0.0], [0.0], weight=-1)
