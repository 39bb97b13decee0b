"""What every registered model and loss must meet on series of different lengths and with missing values."""

import dataclasses

import pytest
import torch
from combinations import CASES, SEEDS, Case, kinked, readable

from pathlode.core.series import TimeSeries
from pathlode.core.solve import Adaptive, FixedStep
from pathlode.errors import DataError
from pathlode.models.latents import encode
from pathlode.models.saving import load_model, save_model
from pathlode.parts import without_unused
from pathlode.registry import LOSSES
from pathlode.training.settings import TrainingConfig
from pathlode.training.trainer import Trainer
from pathlode.training.views import Views

LENGTHS = (8, 3, 5, 1, 8, 2)
"""The longest series is there twice, and one has a single time."""
SOLVER = FixedStep("rk4", 4)


def pairs_of(lengths=LENGTHS):
    """Times and values of each series."""
    return [(torch.rand(n).double().sort().values * 5, torch.randn(n, 2).double()) for n in lengths]


@pytest.fixture
def pairs():
    """Of the first three series a third of the values is missing, of the first all at one time, and all of one feature."""
    pairs = pairs_of()
    for _, values in pairs[:3]:
        values[torch.rand(values.shape) < 1 / 3] = torch.nan
        values[-1, 0] = 0.7
    pairs[0][1][4] = torch.nan
    pairs[0][1][:, 1] = torch.nan
    return pairs


def made(case, pairs, **more):
    """A stack in double precision that reads such series, with their units, and the series side by side."""
    series = TimeSeries.of(pairs)
    model = case.model(gaps=True, **more).double()
    model.standardise(series)
    return model, series


def padded(series, count=3):
    """The same series with more padding."""
    times = torch.cat([series.times, torch.full((len(series), count), torch.nan).double()], dim=1)
    values = torch.cat([series.values, torch.full((len(series), count, 2), torch.nan).double()], dim=1)
    return TimeSeries(times, values)


def noise_of(model, batch):
    draws = model.draws(SOLVER.steps)
    return torch.randn(len(model.seeds), batch, draws).double() if draws else None


def test_a_series_is_predicted_as_it_is_alone(case, pairs):
    model, series = made(case, pairs)
    query = series.times.nan_to_num(nan=-torch.inf).amax(dim=1, keepdim=True) + torch.linspace(0, 2, 4).double()
    inside, after = (model(series.times, series.values, at, solver=SOLVER).values for at in (None, query))
    more = padded(series)
    assert torch.allclose(model(more.times, more.values, solver=SOLVER).values[:, :, :8], inside, atol=1e-12)
    for i, (times, values) in enumerate(pairs):
        own = times[None], values[None]
        assert torch.allclose(model(*own, solver=SOLVER).values[:, 0], inside[:, i, : len(times)], atol=1e-10)
        assert torch.allclose(model(*own, query[i : i + 1], solver=SOLVER).values[:, 0], after[:, i], atol=1e-10)
    assert inside.isfinite().all()
    if "latent" in model.offers:
        z0 = encode(model, series)
        each = [model.encode(times[None], values[None]).z0 for times, values in pairs]
        assert torch.allclose(z0, torch.cat(each, dim=1), atol=1e-10)


def test_torchdiffeq_solves_a_padded_batch_as_torchode_does(pairs):
    model, series = made(Case("latent_ode", {}, "none"), pairs)
    one, other = (Adaptive(rtol=1e-8, atol=1e-8, backend=backend) for backend in ("torchode", "torchdiffeq"))
    found = [model(series.times, series.values, solver=solver).values for solver in (one, other)]
    assert torch.allclose(*found, atol=1e-6)


def test_what_was_observed_matters_and_only_that(case, pairs):
    model, series = made(case, pairs)
    values = model(series.times, series.values, solver=SOLVER).values
    other = series.values.clone()
    other[1] += 1
    changed = model(series.times, other, solver=SOLVER).values
    assert not torch.allclose(changed[:, 1], values[:, 1])
    assert torch.equal(changed[:, [0, 2, 3, 4, 5]], values[:, [0, 2, 3, 4, 5]])


def losses_and_gradients(model, loss, times, values, noise, z0=None):
    prediction = model(times, values, noise=noise, solver=SOLVER)
    if z0 is not None:  # those of the whole batch: the unit of lengths
        prediction = dataclasses.replace(prediction, z0=z0)
    return loss(model, prediction, values, progress=0.7), prediction


def test_the_loss_of_a_batch_is_the_mean_of_those_of_its_series(trained, pairs):
    model, series = made(trained, pairs)
    loss, noise, names = LOSSES[trained.loss](0.3), noise_of(model, len(pairs)), dict(model.named_parameters())
    together, _ = losses_and_gradients(model, loss, series.times, series.values, noise)
    gradients = torch.autograd.grad(together.sum(), list(names.values()))
    each = [None if noise is None else noise[:, i : i + 1] for i in range(len(pairs))]
    own = [(times[None], values[None]) for times, values in pairs]
    z0 = None
    if "path" in loss.needs:
        z0 = torch.cat([model(*given, noise=each[i], solver=SOLVER).z0 for i, given in enumerate(own)], dim=1)
    alone = sum(losses_and_gradients(model, loss, *given, each[i], z0)[0] for i, given in enumerate(own)) / len(own)
    assert torch.allclose(together, alone, rtol=1e-9)
    for name, ours, theirs in zip(
        names, gradients, torch.autograd.grad(alone.sum(), list(names.values())), strict=True
    ):
        assert torch.allclose(ours, theirs, rtol=1e-6, atol=1e-9), name


def test_more_padding_changes_neither_loss_nor_gradients(trained, pairs):
    model, series = made(trained, pairs)
    loss, noise, parameters = LOSSES[trained.loss](0.3), noise_of(model, len(pairs)), list(model.parameters())
    found = []
    for given in (series, padded(series)):
        losses, _ = losses_and_gradients(model, loss, given.times, given.values, noise)
        found.append([losses, *torch.autograd.grad(losses.sum(), parameters)])
    for ours, theirs in zip(*found, strict=True):
        assert torch.allclose(ours, theirs, rtol=1e-9, atol=1e-12)
        assert ours.isfinite().all()


def test_a_stack_equals_its_members_alone(case, pairs):
    model, series = made(case, pairs)
    alone, _ = made(case, pairs, seeds=SEEDS[2:])
    together = model(series.times, series.values, solver=SOLVER).values
    for one in (alone, model.member(2)):
        assert torch.allclose(together[2], one(series.times, series.values, solver=SOLVER).values[0], atol=1e-12)


def test_single_precision_agrees_with_double(case, pairs):
    series = readable(case, TimeSeries.of(pairs))
    model = case.model(gaps=True).double()
    model.standardise(series)
    single = case.model(gaps=True)
    single.standardise(series.to(torch.float32))
    solver = FixedStep("rk4", 8) if kinked(case) else None  # adaptive steps at a kink depend on rounding
    found = single(series.times.float(), series.values.float(), solver=solver).values
    expected = model(series.times, series.values, solver=solver).values
    assert torch.allclose(found.double(), expected, atol=1e-4)


def test_series_that_differ_in_length_alone_need_no_model_for_gaps(case):
    pairs = pairs_of()
    model, series = case.model().double(), TimeSeries.of(pairs)
    model.standardise(series)
    values = model(series.times, series.values, solver=SOLVER).values
    for i, (times, given) in enumerate(pairs):
        alone = model(times[None], given[None], solver=SOLVER).values[:, 0]
        assert torch.allclose(alone, values[:, i, : len(times)], atol=1e-10)


def test_a_model_that_was_not_made_for_gaps_names_the_first_one(case, pairs):
    model, series = case.model().double(), TimeSeries.of(pairs)
    if model.reads_gaps:
        model.standardise(series)
        assert model(series.times, series.values, solver=SOLVER).values.isfinite().all()
        return
    message = r"feature \d at time number \d of trajectory 0 is nan, .*: make it with ModelConfig\(gaps=True\)"
    for refused in (lambda: model(series.times, series.values), lambda: model.standardise(series)):
        with pytest.raises(DataError, match=message):
            refused()


def test_saved_models_still_read_gaps(case, pairs, tmp_path):
    model, series = made(case, pairs)
    save_model(tmp_path / "model.pt", model)
    loaded, _ = load_model(tmp_path / "model.pt")
    assert torch.equal(
        loaded(series.times, series.values, solver=SOLVER).values,
        model(series.times, series.values, solver=SOLVER).values,
    )


THINNED = [Views(strides=(1, 2), subsets=0.5, compared=5), Views(first=4)]


@pytest.mark.parametrize(
    ("trained", "views"),
    [
        *((case, None) for case in CASES if case.loss),
        *((Case("latent_ode", {}, name), views) for name in ("path", "steer") for views in THINNED),
    ],
)
def test_a_training_on_incomplete_series_does_not_see_their_padding(trained, views):
    generator = torch.Generator().manual_seed(1)
    pairs = []
    for n in [*range(1, 13), *range(5, 13)]:
        times = torch.rand(n, generator=generator).cumsum(0)
        values = torch.stack([times.sin(), times.cos()], dim=-1)
        values[torch.rand(values.shape, generator=generator) < 0.2] = torch.nan
        pairs.append((times, values.where(torch.arange(n)[:, None] > 0, 0.5)))
    series, solver = TimeSeries.of(pairs), without_unused(trained.kind, {"solver": "rk4"})
    config = TrainingConfig(steps=4, batch=6, warmup=0.5, validate_every=2, **solver)
    ends = []
    for given in (series, padded(series).to(torch.float32)):
        run = Trainer(trained.model(gaps=True), LOSSES[trained.loss](0.1), given, given, config, views=views)
        run.run()
        ends.append(run)
    assert all(row.mse.isfinite().all() and row.train_loss.isfinite().all() for row in ends[0].history)
    for (name, ours), theirs in zip(ends[0].model.named_parameters(), ends[1].model.parameters(), strict=True):
        assert torch.equal(ours, theirs), name
