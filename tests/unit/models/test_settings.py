import dataclasses

import pytest
import torch
from combinations import SIZES, with_an_effect

from pathlode.core.context import Context
from pathlode.core.solve import FixedStep
from pathlode.errors import ConfigError
from pathlode.models.observed_ode import ObservedODE
from pathlode.models.settings import ModelConfig
from pathlode.parts import OF_DATA, taken, without_unused
from pathlode.registry import FIELDS, MODELS


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"hidden": 0}, "model.hidden is 0"),
        ({"encoder_hidden": 0}, "model.encoder_hidden is 0"),
        ({"time_unit": 0.0}, "model.time_unit"),
        ({"augment": -1}, "model.augment is -1, expected a whole number of at least 0"),
        (
            {"augment": 10},
            "model.augment is 10, but the state has 10 dimensions, of which z0 sets one or more: lower it",
        ),
        (
            {"field": "second_order", "hidden": 5},
            "model.hidden is 5, but the field 'second_order' needs an even number: change it, or choose",
        ),
        (
            {"field": "hybrid_oscillator", "hidden": 1},
            "the field 'hybrid_oscillator' needs at least 2: change",
        ),
        ({"field": "hybrid"}, "unknown field 'hybrid': expected one of bounded, controlled"),
        ({"encoder": "gur"}, "unknown encoder 'gur': expected one of gru, lstm, rnn"),
    ],
)
def test_wrong_sizes_are_refused_when_made(change, message):
    with pytest.raises(ConfigError, match=message):
        ModelConfig(**{"features": 2, **change})


CHANGED = {
    "hidden": 8,
    "latent": 6,
    "width": 4,
    "depth": 1,
    "encoder": "lstm",
    "encoder_hidden": 5,
    "input": "log",
    "variational": True,
    "time_unit": 3.0,
    "field": "gated",
    "decoder": "squareplus",
    "augment": 1,
    "static": 1,
    "inputs": 2,
    "interpolation": "cubic",
    "head": 2,
    "elapsed": True,
}
"""Another value of each setting that some model takes."""


@pytest.mark.parametrize("kind", list(MODELS))
def test_each_setting_has_an_effect_on_a_model_or_is_refused(kind, series):
    """On its parameters or on its predictions, of data with gaps and an input if the model reads one."""
    times, values, drive = (
        series.times[:3].float(),
        series.values[:3].float().exp(),
        torch.linspace(0, 9, 9).expand(3, 9),
    )
    static, shared = torch.rand(3, 1), SIZES | {"gaps": True, "field": "controlled", "inputs": 1}

    def found(**more):
        config = ModelConfig(**without_unused(kind, shared | more))
        model = with_an_effect(MODELS[kind](config))
        inputs = (drive, torch.stack([drive.sin()] * config.inputs, dim=-1)) if config.inputs else (None, None)
        with torch.no_grad():
            context = Context(static if config.static else None, *inputs)
            prediction = model(times, values, times + 1, context=context, solver=FixedStep("rk4", 2))
        return [p.shape for p in model.parameters()], prediction.values

    assert set(CHANGED) == {field.name for field in dataclasses.fields(ModelConfig)} - OF_DATA
    for name, value in CHANGED.items():
        if name in taken(kind):
            beside = {"inputs": 0} if name == "field" else {}
            before, after = found(**beside), found(**beside, **{name: value})
            assert before[0] != after[0] or not torch.equal(before[1], after[1]), name
        else:
            with pytest.raises(
                ConfigError, match=rf"model\.{name} is .*, but the model {kind} takes no {name}: remove it"
            ):
                MODELS[kind](ModelConfig(features=2, **{name: value}))


@pytest.mark.parametrize("field", list(FIELDS))
def test_each_size_of_a_field_has_an_effect_on_it_or_is_refused(field):
    """Of a model that has no other network."""

    def shapes(**sizes):
        return [p.shape for p in ObservedODE(ModelConfig(features=4, field=field, **sizes)).parameters()]

    for size, value in {"width": 7, "depth": 3}.items():
        if size in taken("observed_ode", field):
            assert shapes(**{size: value}) != shapes(), size
        else:
            message = (
                f"model.{size} is {value}, but the model observed_ode with the field {field} takes no {size}: remove"
            )
            with pytest.raises(ConfigError, match=message):
                shapes(**{size: value})
