"""Fields of models: losses of their Jacobian, gradients by the adjoint, and a field that takes the time and z0."""

import dataclasses

import pytest
import torch
from combinations import KINKED, SEEDS, SIZES, predict

from pathlode.core.fields.contract import VectorField
from pathlode.core.solve import Adaptive, FixedStep
from pathlode.errors import ConfigError
from pathlode.models.settings import ModelConfig
from pathlode.registry import FIELDS, MODELS
from pathlode.training.losses.contract import Loss
from pathlode.training.settings import TrainingConfig
from pathlode.training.trainer import Trainer


@dataclasses.dataclass(frozen=True)
class Stiffness(Loss):
    """λ ‖∂(dh/dτ)/∂h‖², averaged over batch and time."""

    needs = frozenset({"training", "jacobian"})

    def penalty(self, model, prediction, mask=None):
        return model.jacobian(prediction).square().sum(dim=(-2, -1)).mean(dim=(1, 2))


@pytest.mark.parametrize("field", list(FIELDS))
def test_a_loss_of_the_jacobian_reaches_the_field(series, field):
    model = MODELS["latent_ode"](ModelConfig(**SIZES | {"field": field}), SEEDS)
    penalty = Stiffness().penalty(model, predict(model, series))
    assert penalty.shape == (3,)
    penalty[1].backward()
    gradients = torch.cat([p.grad.flatten(1) for p in model.field.parameters() if p.grad is not None], dim=1)
    assert [bool(each.any()) for each in gradients] == [False, True, False]


def test_a_loss_of_the_jacobian_is_refused_by_a_model_without_one(data):
    series = data.train.observed, data["validation"].observed
    for kind in MODELS:
        lacking = Stiffness.needs - MODELS.words(kind)
        if lacking:
            with pytest.raises(ConfigError, match=f"Stiffness needs a model with '{min(lacking)}', which"):
                Trainer(MODELS[kind](ModelConfig(features=2)), Stiffness(), *series, TrainingConfig())


@pytest.mark.parametrize("field", list(FIELDS))
def test_an_adjoint_finds_the_gradients_that_back_propagation_finds(series, field):
    """With weights none of which is 0: the solver's steps follow the state, and so what the state depends on.

    Paths of a field with kinks are too short to meet one: there, gradients have errors of the order of the step across it.
    """
    unit = 1e4 if field in KINKED else 1.0
    model = MODELS["latent_ode"](ModelConfig(**SIZES | {"field": field, "time_unit": unit}), (0,)).double()
    for p in model.field.parameters():
        p.data += torch.randn_like(p) / 10
    gradients = []
    for adjoint in (False, True):
        solver = Adaptive("dopri5", 1e-9, 1e-9, backend="torchdiffeq", adjoint=adjoint)
        model.zero_grad()
        model(series.times[:3], series.values[:3], solver=solver).values.square().sum().backward()
        gradients.append({name: p.grad for name, p in model.named_parameters()})
    for name, gradient in gradients[0].items():
        assert torch.allclose(gradient, gradients[1][name], rtol=1e-5, atol=1e-8), name


class Hastening(VectorField):
    """dh/dτ = τ z0[0], which moves h by z0[0] τ² / 2."""

    takes_time = True
    takes_context = True

    def forward(self, h, time=None, context=None):
        return (time * context[..., :1]).expand(h.shape)


@pytest.mark.parametrize("solver", [FixedStep("rk4", 3), FixedStep("tsit5", 2), None], ids=["rk4", "tsit5", "adaptive"])
@pytest.mark.parametrize("shift", [3.0, -1.0], ids=["after", "around"])
def test_a_field_may_take_the_time_and_z0(series, solver, shift):
    model = MODELS["latent_ode"](ModelConfig(**SIZES | {"time_unit": 2.0}), SEEDS).double()
    model.field = Hastening([], 6, 9, 2, 4)
    query = series.times + shift
    prediction = model(series.times, series.values, query, solver=solver, estimate_error=True, backward=shift < 0)
    elapsed = (query - series.times[:, :1]) / 2
    push = prediction.z0[..., 0, None] * elapsed**2 / 2
    expected = model.latent_to_hidden(prediction.z0)[:, :, None] + push[..., None]
    assert torch.allclose(prediction.states, expected, atol=1e-6)
    speed = (elapsed * prediction.z0[..., 0, None])[..., None].expand(prediction.states.shape)
    assert torch.allclose(model.velocity(prediction), speed)
    assert model.jacobian(prediction).shape == (*prediction.states.shape, 6)
    assert not model.jacobian(prediction).any()
    assert prediction.values_error.shape == prediction.values.shape
