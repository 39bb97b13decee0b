"""Known inputs u(t): every registered model that takes them, and a forced oscillator whose solution is known."""

import dataclasses
import math

import pytest
import torch
from combinations import CASES, SEEDS, name_of

from pathlode.core.context import Context
from pathlode.core.fields.contract import VectorField
from pathlode.core.series import TimeSeries
from pathlode.core.solve import Adaptive, FixedStep
from pathlode.errors import ConfigError, DataError
from pathlode.models.latent_ode import LatentODE
from pathlode.models.latents import encode
from pathlode.models.saving import load_model, save_model
from pathlode.models.settings import ModelConfig
from pathlode.registry import FIELDS, LOSSES, MODELS
from pathlode.training.losses.reconstruction import Reconstruction
from pathlode.training.settings import TrainingConfig
from pathlode.training.trainer import Trainer
from pathlode.training.views import Views

RK4 = FixedStep("rk4", 4)


@pytest.fixture
def driven(series):
    """The series with two inputs of different numbers of times, which cover them, and one static covariate."""
    generator = torch.Generator().manual_seed(1)
    inputs = []
    for times, n in zip(series.times, [4, 7] * 6, strict=False):
        own = torch.linspace(float(times[0]) - 2, float(times[-1]) + 3, n, dtype=torch.float64)
        inputs.append((own, torch.randn(n, 2, dtype=torch.float64, generator=generator) * torch.tensor([1.0, 1e3]) + 7))
    static = torch.randn(len(series), 1, dtype=torch.float64, generator=generator)
    return dataclasses.replace(series, inputs=TimeSeries.of(inputs), static=static)


def of(model, series, query=None, **more):
    return model(series.times, series.values, query, context=series.context, **{"solver": RK4} | more)


def takes_inputs(case):
    if case.kind in ("latent_sde", "langevin_sde", "latent_ebm", "bopdmd", "al_rnn", "shallow_plrnn"):
        return False
    return "field" not in MODELS.words(case.kind) or FIELDS[case.changes.get("field", "bounded")].takes_context


DRIVEN = [case for case in CASES if takes_inputs(case)]
LINES = [pytest.param(case, "linear", id=name_of(case)) for case in DRIVEN]
CUBICS = [
    pytest.param(case, "cubic", id=f"{kind}-cubic") for kind, case in {each.kind: each for each in DRIVEN}.items()
]
"""Of each kind of model one: no part of it knows how what it reads was interpolated."""


@pytest.mark.parametrize(("case", "interpolation"), LINES + CUBICS)
def test_every_model_that_takes_inputs_reads_them(case, interpolation, driven, tmp_path):
    more = {"inputs": 2, "static": 1, "interpolation": interpolation}
    model, alone = (case.model(seeds, **more).double() for seeds in (SEEDS, (2,)))
    for stack in (model, alone):
        stack.standardise(driven)
    query = driven.times + 0.5
    prediction = of(model, driven, query)
    assert torch.allclose(prediction.values[2], of(alone, driven, query).values[0], atol=1e-10)
    assert torch.allclose(prediction.values[1], of(model.member(1), driven, query).values[0], atol=1e-10)
    save_model(tmp_path / "model.pt", model)
    assert torch.equal(of(load_model(tmp_path / "model.pt")[0], driven, query).values, prediction.values)
    one = driven[[4]]
    one = dataclasses.replace(one, inputs=one.inputs.trimmed())  # without the padding of the longer inputs
    assert torch.allclose(of(model, one, query[[4]]).values[:, 0], prediction.values[:, 4], atol=1e-10)
    if case.loss is None:
        return
    if "latent" in model.offers:
        assert torch.equal(encode(model, driven), prediction.encoding.z0)
        z0, start = prediction.z0, driven.times[:, 0].expand(3, 11)
        values = model.values_from(z0, start, query.expand(3, -1, -1), RK4, context=driven.context)
        assert torch.allclose(values, prediction.values, atol=1e-10)
    else:
        unforced = dataclasses.replace(driven, inputs=dataclasses.replace(driven.inputs, values=-driven.inputs.values))
        assert not torch.allclose(of(model, unforced, query).values, prediction.values, atol=1e-3)
    LOSSES[case.loss]()(model, prediction, driven.values)[1].backward()
    for name, p in model.named_parameters():
        if name.startswith("hidden_to_log_std") and case.loss != "kl":
            continue
        assert p.grad is not None, name
        assert p.grad[1].any(), name
        assert not p.grad[[0, 2]].any(), name


class ForcedOscillator(VectorField):
    """h = (position, velocity): dx/dτ = v, dv/dτ = -w² x + u, for the first two components of h; the others rest."""

    takes_context = True
    frequency = 1.3

    def forward(self, h, time=None, context=None):
        slope = torch.stack([h[..., 1], context[..., -1] - self.frequency**2 * h[..., 0]], dim=-1)
        return torch.cat([slope, torch.zeros_like(h[..., 2:])], dim=-1)

    def solution(self, h0, elapsed, level, rise):
        """With u = level + rise τ: x = u / w² + A cos wτ + B sin wτ."""
        w, u = self.frequency, level + rise * elapsed
        start = h0[..., :2, None]
        a, b = start[..., 0, :] - level / w**2, (start[..., 1, :] - rise / w**2) / w
        position = u / w**2 + a * torch.cos(w * elapsed) + b * torch.sin(w * elapsed)
        velocity = rise / w**2 - a * w * torch.sin(w * elapsed) + b * w * torch.cos(w * elapsed)
        return torch.stack([position, velocity], dim=-1)


def forced_model(**changes):
    config = {"features": 2, "hidden": 3, "latent": 4, "width": 9, "inputs": 1, "field": "controlled"} | changes
    model = LatentODE(ModelConfig(**config), SEEDS).double()
    model.field = ForcedOscillator([], 3, 9, 2, 5)
    return model


SOLVERS = {
    "rk4": FixedStep("rk4", 120),
    "tsit5": FixedStep("tsit5", 60),
    "torchode": Adaptive(rtol=1e-8, atol=1e-8),
    "torchdiffeq": Adaptive(rtol=1e-8, atol=1e-8, backend="torchdiffeq"),
    "radau": Adaptive("radau", 1e-7, 1e-7, backend="scipy"),
}


@pytest.mark.parametrize("solver", SOLVERS.values(), ids=SOLVERS)
@pytest.mark.parametrize("interpolation", ["linear", "cubic"])
def test_a_forced_oscillator_follows_its_exact_solution(series, solver, interpolation):
    """Both ways in time, with the input as a ramp, which both interpolations reproduce."""
    model = forced_model(interpolation=interpolation, time_unit=2.0)
    some = series[[0, 1, 2]]
    start = some.times[:, :1]
    own = start + torch.tensor([-3.0, -1.0, 2.0, 2.5, 9.0], dtype=torch.float64)
    inputs = TimeSeries(own, (0.7 + 0.4 * (own - start))[..., None])
    query = start + torch.linspace(-2.5, 8, 9, dtype=torch.float64)
    with torch.no_grad():
        prediction = of(model, dataclasses.replace(some, inputs=inputs), query, solver=solver, backward=True)
    elapsed = ((query - start) / 2).expand(3, -1, -1)
    exact = model.field.solution(model.latent_to_hidden(prediction.z0), elapsed, 0.7, 0.8)
    assert torch.allclose(prediction.states[..., :2], exact, atol=1e-5)
    speed = model.velocity(prediction)
    assert torch.allclose(speed[..., 0], prediction.states[..., 1])
    force = 0.7 + 0.8 * elapsed
    assert torch.allclose(speed[..., 1], force - 1.3**2 * prediction.states[..., 0], atol=1e-10)
    assert torch.allclose(
        model.jacobian(prediction)[0, 0, 0, :2, :2], torch.tensor([[0.0, 1.0], [-(1.3**2), 0.0]]).double()
    )


def test_a_cubic_input_drives_closer_to_a_sine_than_a_linear_one(series):
    """Forced by sin 2τ from given points: x'' = -w² x + sin 2τ."""
    some, w, errors = series[[0]], ForcedOscillator.frequency, {}
    start = some.times[:, :1]
    own = start + torch.linspace(0, 6, 61, dtype=torch.float64)
    given = dataclasses.replace(some, inputs=TimeSeries(own, torch.sin(2 * (own - start))[..., None]))
    elapsed = torch.linspace(0, 6, 12, dtype=torch.float64)
    for interpolation in ("linear", "cubic"):
        model = forced_model(interpolation=interpolation)
        given = dataclasses.replace(given, times=start + elapsed[:8])
        with torch.no_grad():
            prediction = of(model, given, start + elapsed, solver=SOLVERS["rk4"])
            h0 = model.latent_to_hidden(prediction.z0)[:, 0]
        gain = 1 / (w**2 - 4)
        exact = (
            gain * torch.sin(2 * elapsed)
            + h0[:, :1] * torch.cos(w * elapsed)
            + (h0[:, 1:2] - 2 * gain) / w * torch.sin(w * elapsed)
        )
        errors[interpolation] = float((prediction.states[:, 0, :, 0] - exact).abs().max())
    assert errors["cubic"] < errors["linear"] / 4
    assert 1e-4 < errors["linear"] < 0.02


def relaxation(n, seed):
    """x' = (u - x) / 0.5 from x(0) = 0, with u joined from random values by straight lines: its two first values tell nothing."""
    generator = torch.Generator().manual_seed(seed)
    own = torch.linspace(0, 4, 9)
    inputs = 2 * torch.rand(n, 9, 1, generator=generator) - 1
    fine = torch.linspace(0, 4, 401)
    share = (fine / 0.5).floor().long().clamp_max(7)
    force = torch.lerp(inputs[:, share, 0], inputs[:, share + 1, 0], fine / 0.5 - share)
    x = [torch.zeros(n)]
    for k in range(400):
        x.append(x[-1] + 0.01 * ((force[:, k] + force[:, k + 1]) / 2 - x[-1]) / 0.5 / (1 + 0.01))
    places = torch.tensor([0, 1, 40, 90, 150, 220, 280, 340, 400])
    values = torch.stack(x, dim=1)[:, places, None]
    return TimeSeries(fine[places].expand(n, -1), values, inputs=TimeSeries(own.expand(n, -1), inputs))


def test_training_with_inputs_beats_the_same_model_without():
    errors, sizes = {}, {"features": 1, "hidden": 2, "latent": 2, "width": 16, "depth": 1, "time_unit": 0.5}
    settings = TrainingConfig(
        steps=150, batch=32, learning_rate=0.03, validate_every=150, solver="rk4", solver_steps=10, refine=False
    )
    for inputs in (0, 1):
        model, data = (
            LatentODE(ModelConfig(**sizes, inputs=inputs, field="controlled")),
            (relaxation(96, 0), relaxation(32, 1)),
        )
        trainer = Trainer(model, Reconstruction(), *data, settings, views=Views(first=2))
        trainer.run()
        errors[inputs] = float(trainer.best_mse)
    assert errors[1] < 0.05 < 0.5 < errors[0]


@pytest.mark.parametrize(
    ("times", "values", "message"),
    [
        (None, None, "the model reads 1 inputs, but none are given: make the series with"),
        (
            torch.tensor([[-9.0, 9.0]]).expand(11, 2),
            torch.ones(11, 2, 2),
            "there are 2 inputs, but the model reads 1: set inputs of",
        ),
        (
            torch.tensor([[-9.0, 9.0]]).expand(5, 2),
            torch.ones(5, 2, 1),
            "times of inputs of shape .5, 2. do not fit 11 trajectories",
        ),
        (
            torch.tensor([[-9.0, 9.0]]).expand(11, 2),
            torch.ones(11, 3, 1),
            "inputs of shape .11, 3, 1. do not fit their times",
        ),
        (torch.tensor([[9.0, -9.0]]).expand(11, 2), torch.ones(11, 2, 1), "time number 2 is not greater"),
        (
            torch.tensor([[-9.0, 9.0]]).expand(11, 2),
            torch.full((11, 2, 1), math.nan),
            "input 1 at time number 1 of trajectory 0 is nan",
        ),
        (
            torch.tensor([[-9.0]]).expand(11, 1),
            torch.ones(11, 1, 1),
            "inputs of trajectory 0 have one time, expected at least 2",
        ),
        (
            torch.tensor([[-9.0, 1.0]]).expand(11, 2),
            torch.ones(11, 2, 1),
            "times: trajectory .*, but its inputs are known from -9 to 1 only",
        ),
        (
            torch.tensor([[3.0, 9.0]]).expand(11, 2),
            torch.ones(11, 2, 1),
            "times: trajectory 0, time number 1 is .* from 3 to 9 only; give",
        ),
        (torch.tensor([[-9.0, 9.0]]).expand(11, 2), [["a"]], "inputs are no numbers"),
    ],
)
def test_inputs_that_do_not_fit_are_refused(series, times, values, message):
    model = LatentODE(ModelConfig(features=2, inputs=1, field="controlled"))
    with pytest.raises(DataError, match=message):
        model(series.times.float(), series.values.float(), context=Context(None, times, values))


def test_a_query_beyond_the_last_input_is_refused_before_anything_is_integrated(driven):
    model = LatentODE(ModelConfig(features=2, inputs=2, field="controlled")).double()
    query = driven.times[:, -1:] + torch.tensor([1.0, 3.5], dtype=torch.float64)
    with pytest.raises(
        DataError, match="query times: trajectory 0, time number 2 is .*, but its inputs are known from"
    ):
        of(model, driven, query)
    with pytest.raises(DataError, match="query times: trajectory 0, time number 2"):
        model.values_from(
            torch.zeros(1, 11, 10).double(), driven.times[None, :, 0], query[None], context=driven.context
        )
    short = dataclasses.replace(driven, inputs=(driven.times[:, :2], torch.ones(11, 2, 2)))
    with pytest.raises(DataError, match="time series: times: trajectory 0, time number 3 is"):
        model.standardise(short)


def test_a_field_that_takes_no_context_refuses_inputs():
    with pytest.raises(ConfigError, match="model.inputs is 1, but the field 'bounded' takes no context and reads none"):
        LatentODE(ModelConfig(features=1, inputs=1))
    with pytest.raises(ConfigError, match="model.interpolation is 'spline', expected one of linear, cubic"):
        ModelConfig(features=1, interpolation="spline")


def test_series_carry_their_inputs(driven):
    one = driven[3]
    assert len(one) == 4
    again = TimeSeries.of([driven[i] for i in range(len(driven))])
    assert torch.equal(again.inputs.times.nan_to_num(), driven.inputs.times.nan_to_num())
    assert torch.equal(again.static, driven.static)
    assert driven[2:5].inputs.times.shape == (3, 7)
    assert torch.equal(driven.to(torch.float32).inputs.values.nan_to_num(), driven.inputs.values.nan_to_num())
    with pytest.raises(DataError, match="inputs of .4,. trajectories do not fit series of .11,., expected"):
        dataclasses.replace(driven, inputs=driven.inputs[:4])
    with pytest.raises(DataError, match="mix dates and numbers"):
        dataclasses.replace(
            driven, inputs=TimeSeries(torch.tensor([[0.0, 9.0]] * 11), torch.ones(11, 2, 1), dates=True)
        )
    with pytest.raises(DataError, match="of trajectory 1 and trajectory 0 one has inputs and the other has none"):
        TimeSeries.of([driven[0], driven[1][:3]])
