import dataclasses
import logging

import pytest
import torch

from pathlode.core.series import TimeSeries
from pathlode.dynamics.simulation import SimulationConfig, simulate_replicates
from pathlode.errors import ConfigError, DataError, DivergenceError
from pathlode.registry import LOSSES, SYSTEMS
from pathlode.training.settings import TrainingConfig
from pathlode.training.trainer import MOST_OVERFLOWS, Trainer
from pathlode.training.views import Views

CONFIG = TrainingConfig(steps=24, batch=16, learning_rate=0.02, validate_every=8, solver="rk4", solver_steps=6)
CUDA = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
THINNED = Views(strides=(1, 3), subsets=0.5, share=(0.3, 0.9), compared=5)


@pytest.fixture
def trainer(make_model, data):
    def make(loss="path", seeds=(0, 1, 2), encoder="gru", views=None, device="cpu", **changes):
        config = dataclasses.replace(CONFIG, **changes)
        model = make_model(loss, encoder, seeds)
        series = data.train.observed, data["validation"].observed
        return Trainer(model, LOSSES[loss](0.1), *series, config, device, views)

    return make


@pytest.mark.parametrize(("loss", "views"), [*((loss, None) for loss in LOSSES), ("path", THINNED), ("steer", THINNED)])
def test_an_ensemble_gives_what_its_members_give_alone(trainer, loss, views):
    together = trainer(loss, views=views, steps=10, validate_every=5)
    together.run()
    for position, seed in enumerate((0, 1, 2)):
        alone = trainer(loss, seeds=(seed,), views=views, steps=10, validate_every=5)
        alone.run()
        for (name, ours), (_, theirs) in zip(
            together.model.named_parameters(), alone.model.named_parameters(), strict=True
        ):
            assert torch.allclose(ours[position], theirs[0], atol=1e-3), name
        assert together.best_mse[position] == pytest.approx(float(alone.best_mse[0]), rel=1e-3)


def replicates():
    config = SimulationConfig(40, 9, 6, points=12, window=(5.0, 6.0), noise=0.0, windows_beyond=2, seed=3)
    return simulate_replicates(SYSTEMS["coupled_oscillator"](), config, [0, 1])


@pytest.mark.parametrize("owners", [(0, 1), (1, 0, 1)])
def test_members_with_data_rates_and_weights_of_their_own_train_as_each_would_alone(make_model, owners):
    data, rates, weights = replicates(), (0.02, 0.005, 0.01)[: len(owners)], (0.1, 1.0, 0.3)[: len(owners)]
    config = dataclasses.replace(CONFIG, steps=10, validate_every=5)
    seeds = tuple(range(4, 4 + len(owners)))

    def run(seeds, series, rate, weight, owners=None):
        loss = LOSSES["path"](torch.tensor(weight))
        trainer = Trainer(
            make_model("path", "gru", seeds),
            loss,
            *series,
            dataclasses.replace(config, learning_rate=rate),
            owners=owners,
        )
        trainer.run()
        return trainer

    together = run(seeds, (data.train.observed, data["validation"].observed), rates, weights, owners)
    for position, owner in enumerate(owners):
        own = data.replicate(owner)
        series = own.train.observed, own["validation"].observed
        alone = run(seeds[position : position + 1], series, rates[position], weights[position])
        for name, buffer in together.model.named_buffers():
            assert torch.allclose(buffer[position], alone.model.get_buffer(name)[0], rtol=1e-6), name
        for name, parameter in together.model.named_parameters():
            assert torch.allclose(parameter[position], alone.model.get_parameter(name)[0], atol=1e-3), name
        assert together.best_mse[position] == pytest.approx(float(alone.best_mse[0]), rel=1e-3)


def test_sets_rates_and_members_must_fit(make_model):
    data = replicates()
    series = data.train.observed, data["validation"].observed
    with pytest.raises(ConfigError, match="2 sets of training and 2 of validation trajectories for 3 members"):
        Trainer(make_model(), LOSSES["path"](), *series, CONFIG)
    with pytest.raises(ConfigError, match=r"for 3 members, owners \(0, 1, 2\): expected"):
        Trainer(make_model(), LOSSES["path"](), *series, CONFIG, owners=(0, 1, 2))
    alone = data.replicate(0)
    with pytest.raises(ConfigError, match="2 sets of training and 1 of validation"):
        Trainer(make_model(seeds=(0, 1)), LOSSES["path"](), series[0], alone["validation"].observed, CONFIG)
    rates = dataclasses.replace(CONFIG, learning_rate=(0.1, 0.2))
    with pytest.raises(ConfigError, match="train.learning_rate has 2 rates for 3 members"):
        Trainer(make_model(), LOSSES["path"](), alone.train.observed, alone["validation"].observed, rates)
    with pytest.raises(ConfigError, match=r"train.learning_rate is \(0.1, 0.0\)"):
        dataclasses.replace(CONFIG, learning_rate=(0.1, 0.0))


def test_in_validation_the_encoder_sees_no_more_than_the_first_observations(trainer, monkeypatch):
    run, calls = trainer(views=Views(first=5)), []
    real = run.model.forward
    monkeypatch.setattr(run.model, "forward", lambda *given, **options: calls.append(given) or real(*given, **options))
    run.validate()
    times, values, query = calls[0]
    assert torch.equal(times, run.validation.times[:, :5])
    assert torch.equal(values, run.validation.values[:, :5])
    assert torch.equal(query, run.validation.times)


def test_the_encoder_sees_a_view_and_the_loss_another(trainer, monkeypatch):
    run = trainer(views=Views(strides=(4,), compared=6))
    points = run.training.times.shape[1]
    times, values = trainer().next_batch()
    calls = []
    real = run.model.forward
    monkeypatch.setattr(run.model, "forward", lambda *given, **options: calls.append(given) or real(*given, **options))
    targets = []
    monkeypatch.setattr(
        type(run.loss), "__call__", lambda self, model, made, wanted, _: targets.append(wanted) or wanted.sum((1, 2, 3))
    )
    with pytest.raises(RuntimeError, match="does not require grad"):  # that loss has no gradient
        run.step()
    (seen_times, seen_values, query), (wanted,) = calls[0], targets
    assert torch.equal(seen_times, times[..., ::4])
    assert torch.equal(seen_values, values[:, :, ::4])
    assert query.shape[-1] == 6 < points
    for member in range(3):
        for trajectory in range(CONFIG.batch):
            at = torch.isin(times[member, trajectory], query[member, trajectory])
            assert torch.equal(wanted[member, trajectory], values[member, trajectory, at])


def test_training_lowers_the_validation_error(trainer):
    run = trainer(steps=400, learning_rate=0.03, validate_every=100)
    run.run()
    assert run.best_mse.max() < 0.8  # of the data's variance
    assert run.best_mse.median() < 0.2


@pytest.mark.parametrize(
    ("loss", "changes"),
    [
        ("path", {}),
        ("kl", {}),
        ("kl", {"optimiser": "adam"}),
        ("kl_annealed", {}),
        ("path", {"views": THINNED}),
        ("path", {"schedule": "constant"}),
    ],
)
@pytest.mark.parametrize("stop", [8, 13])
def test_a_resumed_run_ends_bit_for_bit_like_an_uninterrupted_one(trainer, loss, changes, stop, tmp_path):
    whole = trainer(loss, **changes)
    whole.run()
    first = trainer(loss, **changes)
    while first.step_number < stop:
        first.step()
        if first.step_number % CONFIG.validate_every == 0:
            first.validate()
    torch.save(first.state_dict(), tmp_path / "state.pt")
    second = trainer(loss, **changes)
    second.load_state_dict(torch.load(tmp_path / "state.pt", weights_only=True))
    second.run()
    for (name, ours), (_, theirs) in zip(whole.model.named_parameters(), second.model.named_parameters(), strict=True):
        assert torch.equal(ours, theirs), name
    for ours, theirs in zip(whole.history, second.history, strict=True):
        assert torch.equal(ours.mse, theirs.mse)
        assert torch.equal(ours.train_loss, theirs.train_loss)


@CUDA
@pytest.mark.parametrize("loss", ["path", "kl"])
def test_a_training_on_cuda_ends_like_one_on_the_cpu(trainer, loss):
    """The tolerance that docs/cluster.md states."""
    here, there = trainer(loss), trainer(loss, device="cuda")
    for run in (here, there):
        run.run()
    assert there.best_mse.cpu().tolist() == pytest.approx(here.best_mse.tolist(), rel=0.01)


@CUDA
@pytest.mark.parametrize(("one", "other"), [("cpu", "cuda"), ("cuda", "cpu")])
def test_a_training_goes_on_on_another_device(trainer, one, other, tmp_path):
    first, second = trainer(device=one), trainer(device=other)
    while first.step_number < CONFIG.validate_every:
        first.step()
    first.validate()
    torch.save(first.state_dict(), tmp_path / "state.pt")
    second.load_state_dict(torch.load(tmp_path / "state.pt", weights_only=True, map_location="cpu"))
    for run in (first, second):
        run.run()
    assert second.best_mse.cpu().tolist() == pytest.approx(first.best_mse.cpu().tolist(), rel=0.01)


def test_the_best_weights_by_validation_are_kept_per_member(trainer):
    run = trainer(steps=48, learning_rate=0.3)
    run.run()
    lowest = torch.stack([row.mse for row in run.history]).amin(dim=0)
    assert torch.equal(run.best_mse, lowest)
    assert torch.allclose(run.validate().mse, lowest)


def test_batches_cover_the_data_once_an_epoch_in_an_order_of_each_members_own(trainer, data):
    run = trainer()
    batches = [run.next_batch()[0] for _ in range(6)]  # 96 trajectories in batches of 16
    seen = torch.cat(batches, dim=1)
    everything = data.train.observed.times.float()
    for member in range(3):
        assert torch.equal(seen[member].sort(dim=0).values, everything.sort(dim=0).values)
    assert not torch.equal(seen[0], seen[1])


def test_all_losses_see_the_same_batches(trainer):
    path, kl = trainer("path"), trainer("kl")
    for _ in range(3):
        kl.draw(torch.randn, 4)
        assert torch.equal(path.next_batch()[0], kl.next_batch()[0])


def test_a_loss_is_told_which_share_of_the_steps_is_done(trainer, monkeypatch):
    run, told = trainer("kl_annealed", steps=4), []
    monkeypatch.setattr(type(run.loss), "annealing", lambda self, progress: told.append(progress) or 1.0)
    run.run()
    assert told == [0.0, 0.25, 0.5, 0.75]


def test_gradients_are_clipped_per_member(trainer):
    run = trainer(clip_norm=0.5)
    for number, parameter in enumerate(run.model.parameters()):
        parameter.grad = torch.zeros_like(parameter)
        if number == 0:
            parameter.grad[0].fill_(10.0)
            parameter.grad[1].fill_(1e-3)
    first = next(run.model.parameters())
    before = first.grad[1].clone()
    run.clip_gradients()
    assert first.grad[0].norm() == pytest.approx(0.5)
    assert torch.equal(first.grad[1], before)


def test_divergence_names_seed_and_remedy(trainer):
    run = trainer()
    with torch.no_grad():
        for weight in (run.model.hidden_to_data.weight, run.best["hidden_to_data.weight"]):
            weight[1] = float("inf")
    with pytest.raises(
        DivergenceError, match=r"seed 1 never had a finite validation error; lower the learning rate \(0.02\)"
    ):
        run.run()


def test_a_coarse_solver_is_told_and_refined(trainer, caplog):
    run = trainer(steps=8, solver_steps=1, solver_error_share=1e-9)
    with caplog.at_level(logging.WARNING):
        run.run()
    assert run.solver_steps == 2
    assert run.best_mse.isinf().all()  # weights that a coarse solver liked are no longer the best
    assert "with 1 rk4 steps the solver causes" in caplog.text
    assert "the rest of the run takes 2 steps" in caplog.text


def test_a_tenth_of_the_members_may_be_inaccurate(trainer):
    run = trainer(seeds=range(10), steps=8, solver_error_share=0.1)
    row = run.validate()
    for inaccurate, steps in ((1, 6), (2, 12)):
        share = torch.tensor([0.2] * inaccurate + [0.05] * (10 - inaccurate))
        run._report_solver(dataclasses.replace(row, solver_share=share))
        assert run.solver_steps == steps


def test_a_coarse_solver_is_only_told_if_refining_is_off(trainer, caplog):
    run = trainer(steps=8, solver_steps=1, solver_error_share=1e-9, refine=False)
    with caplog.at_level(logging.WARNING):
        run.run()
    assert run.solver_steps == 1
    assert "raise train.solver_steps" in caplog.text


def test_one_cycle_rises_to_its_peak_and_falls_below_its_start(trainer):
    run = trainer(steps=10, warmup=0.3)
    rates = rates_of(run)
    assert rates[0] == pytest.approx(0.02 / 25)
    assert max(rates) == pytest.approx(0.02, rel=0.05)
    assert rates.index(max(rates)) in (2, 3)
    assert run._optimiser.param_groups[0]["lr"] == pytest.approx(0.02 / 25_000)


def test_a_constant_rate_is_at_its_peak_from_the_first_step_to_the_last(trainer):
    assert rates_of(trainer(steps=5, schedule="constant", learning_rate=[0.01, 0.02, 0.01])) == [0.02] * 5


def rates_of(run):
    """The optimiser's learning rate in each step, the largest of all members."""
    used = []
    while run.step_number < run.config.steps:
        used.append(run._optimiser.param_groups[0]["lr"])
        run.step()
    return used


def test_a_batch_larger_than_the_data_is_refused(trainer):
    with pytest.raises(ConfigError, match="train.batch is 97, but there are only 96"):
        trainer(batch=97)


def test_a_gradient_that_overflows_once_is_skipped_for_that_member_alone(trainer):
    run, calm = trainer(), trainer()
    for spoilt, training in ((True, run), (False, calm)):
        training.step()
        for parameter in training.model.parameters():
            parameter.grad = torch.ones_like(parameter)
        if spoilt:
            next(training.model.parameters()).grad[1] = torch.inf
        training.clip_gradients()
    for (name, ours), theirs in zip(run.model.named_parameters(), calm.model.parameters(), strict=True):
        assert (ours.grad[1] == 0).all(), name
        assert torch.equal(ours.grad[[0, 2]], theirs.grad[[0, 2]]), name


def test_a_member_whose_gradients_keep_overflowing_goes_back_to_its_best_weights(trainer, caplog):
    run = trainer()
    for _ in range(CONFIG.validate_every):
        run.step()
    run.validate()
    best = {name: parameter.clone() for name, parameter in run.best.items()}
    run.step()
    moved = {name: parameter.detach().clone() for name, parameter in run.model.named_parameters()}
    for _ in range(MOST_OVERFLOWS):
        next(run.model.parameters()).grad[1] = torch.inf
        run.clip_gradients()
    for name, parameter in run.model.named_parameters():
        assert torch.equal(parameter[1], best[name][1]), name
        assert torch.equal(parameter[[0, 2]], moved[name][[0, 2]]), name
    assert "seeds [1] go back to their best weights" in caplog.text


@pytest.mark.parametrize("name", ["steer", "steer_walk"])
def test_steer_trains_on_random_times(trainer, name):
    """Its batches are those of the plain loss, its loss is not."""
    steer, plain = trainer(name), trainer("none")
    for run in (steer, plain):
        run.step()
    assert torch.equal(steer.next_batch()[0], plain.next_batch()[0])
    assert not torch.equal(steer._since_validation[0], plain._since_validation[0])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda series: (series.times, series.values), "training is a tuple, expected a TimeSeries"),
        (lambda series: TimeSeries(series.times[:, :1], series.values[:, :1]), "every trajectory has one time"),
        (lambda series: TimeSeries(series.times, series.values[..., :1]), "has 1 features, but the model has 2"),
        (
            lambda series: TimeSeries(series.times, 0 * series.values + 1),
            "all values of each feature are equal in float32",
        ),
        (
            lambda series: TimeSeries(series.times, series.values, dates=True),
            "training and validation mix dates and numbers",
        ),
        (
            lambda series: TimeSeries(series.times, series.values.where(series.values < 1, torch.nan), "my.csv"),
            "my.csv: values: .*gaps=True",
        ),
    ],
)
def test_data_from_which_nothing_can_be_learnt_are_refused(make_model, data, change, message):
    with pytest.raises(DataError, match=message):
        Trainer(make_model(), LOSSES["path"](), change(data.train.observed), data["validation"].observed, CONFIG)


def test_the_validation_error_is_the_mean_over_what_was_observed(trainer, data):
    whole, holes = trainer(encoder="interpolation"), trainer(encoder="interpolation")
    values = whole.validation.values.clone()
    values[:, 3:, 1] = torch.nan
    holes.validation = TimeSeries(whole.validation.times, values)
    predicted = whole.model(whole.validation.times, values, solver=whole._solver()).values
    error = ((predicted - values) / whole.model.std).square()
    assert holes.validate().mse.tolist() == pytest.approx(error.nanmean(dim=(1, 2, 3)).tolist(), rel=1e-5)
