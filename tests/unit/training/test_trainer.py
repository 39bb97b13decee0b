import dataclasses
import logging
import math

import pytest
import torch

from pathlode import load_model, save_model
from pathlode.core.series import TimeSeries
from pathlode.core.solve import FixedStep
from pathlode.dynamics.simulation import SimulationConfig, simulate_replicates
from pathlode.errors import ConfigError, DivergenceError
from pathlode.models.latent_ode import LatentODE
from pathlode.models.noise import learn_noise
from pathlode.models.settings import ModelConfig
from pathlode.registry import LOSSES, SYSTEMS
from pathlode.training.losses.contract import Loss
from pathlode.training.losses.path_length import PathLength
from pathlode.training.losses.reconstruction import Reconstruction
from pathlode.training.settings import TrainingConfig
from pathlode.training.trainer import Trainer
from pathlode.training.views import Views

CUDA = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
THINNED = Views(strides=(1, 3), subsets=0.5, share=(0.3, 0.9), compared=5)


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
def test_members_with_data_rates_and_weights_of_their_own_train_as_each_would_alone(make_model, settings, owners):
    data, rates, weights = replicates(), (0.02, 0.005, 0.01)[: len(owners)], (0.1, 1.0, 0.3)[: len(owners)]
    config = dataclasses.replace(settings, steps=10, validate_every=5)
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


def test_sets_rates_and_members_must_fit(make_model, settings):
    data = replicates()
    series = data.train.observed, data["validation"].observed
    with pytest.raises(ConfigError, match="2 sets of training and 2 of validation trajectories for 3 members"):
        Trainer(make_model(), LOSSES["path"](), *series, settings)
    with pytest.raises(ConfigError, match=r"for 3 members, owners \(0, 1, 2\): expected"):
        Trainer(make_model(), LOSSES["path"](), *series, settings, owners=(0, 1, 2))
    alone = data.replicate(0)
    with pytest.raises(ConfigError, match="2 sets of training and 1 of validation"):
        Trainer(make_model(seeds=(0, 1)), LOSSES["path"](), series[0], alone["validation"].observed, settings)
    rates = dataclasses.replace(settings, learning_rate=(0.1, 0.2))
    with pytest.raises(ConfigError, match="train.learning_rate has 2 rates for 3 members"):
        Trainer(make_model(), LOSSES["path"](), alone.train.observed, alone["validation"].observed, rates)
    with pytest.raises(ConfigError, match=r"train.learning_rate is \(0.1, 0.0\)"):
        dataclasses.replace(settings, learning_rate=(0.1, 0.0))


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
    times, values = trainer().batches.next_batch()
    calls = []
    real = run.model.forward
    monkeypatch.setattr(run.model, "forward", lambda *given, **options: calls.append(given) or real(*given, **options))
    targets = []
    monkeypatch.setattr(
        type(run.loss),
        "__call__",
        lambda self, model, made, wanted, *_: targets.append(wanted) or wanted.sum((1, 2, 3)),
    )
    with pytest.raises(RuntimeError, match="does not require grad"):  # that loss has no gradient
        run.step()
    (seen_times, seen_values, query), (wanted,) = calls[0], targets
    assert torch.equal(seen_times, times[..., ::4])
    assert torch.equal(seen_values, values[:, :, ::4])
    assert query.shape[-1] == 6 < points
    for member in range(3):
        for trajectory in range(run.config.batch):
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
        ("path", {"likelihood": True}),
    ],
)
@pytest.mark.parametrize("stop", [8, 13])
def test_a_resumed_run_ends_bit_for_bit_like_an_uninterrupted_one(trainer, loss, changes, stop, tmp_path):
    whole = trainer(loss, **changes)
    whole.run()
    first = trainer(loss, **changes)
    while first.step_number < stop:
        first.step()
        if first.step_number % first.config.validate_every == 0:
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
    while first.step_number < first.config.validate_every:
        first.step()
    first.validate()
    torch.save(first.state_dict(), tmp_path / "state.pt")
    second.load_state_dict(torch.load(tmp_path / "state.pt", weights_only=True, map_location="cpu"))
    for run in (first, second):
        run.run()
    assert second.best_mse.cpu().tolist() == pytest.approx(first.best_mse.cpu().tolist(), rel=0.01)


def test_a_loss_is_told_which_share_of_the_steps_is_done(trainer, monkeypatch):
    run, told = trainer("kl_annealed", steps=4), []
    monkeypatch.setattr(type(run.loss), "annealing", lambda self, progress: told.append(progress) or 1.0)
    run.run()
    assert told == [0.0, 0.25, 0.5, 0.75]


def test_divergence_names_seed_and_remedy(trainer):
    run = trainer()
    with torch.no_grad():
        for weight in (run.model.hidden_to_data.weight, run.best.weights["hidden_to_data.weight"]):
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


@pytest.mark.parametrize("name", ["steer", "steer_walk"])
def test_steer_trains_on_random_times(trainer, name):
    """Its batches are those of the plain loss, its loss is not."""
    steer, plain = trainer(name), trainer("none")
    for run in (steer, plain):
        run.step()
    assert torch.equal(steer.batches.next_batch()[0], plain.batches.next_batch()[0])
    assert not torch.equal(steer._since_validation[0], plain._since_validation[0])


def test_a_training_by_the_likelihood_learns_each_members_noise(trainer):
    """The same as alone, and the same as learnt for the best weights; without it the noise stays unknown."""
    together = trainer(likelihood=True, steps=16, views=Views(first=8))
    together.run()
    learnt = together.model.noise.clone()
    assert (learnt > 0).all()
    shown = together.views.in_validation
    learn_noise(together.model, together.validation, ensemble=False, shown=shown, solver=FixedStep("rk4", 6))
    assert torch.equal(together.model.noise, learnt)
    alone = trainer(likelihood=True, steps=16, views=Views(first=8), seeds=(1,))
    alone.run()
    assert torch.allclose(alone.model.noise[0], learnt[1], rtol=1e-3)
    plain = trainer(steps=8)
    plain.run()
    assert (plain.model.noise == 0).all()


def test_the_loss_gets_the_noise_of_the_last_validation(trainer, monkeypatch):
    """From the first validation on, the loss gets the noise that is learnt, as a constant."""
    run = trainer(likelihood=True, steps=16)
    given = []
    call = Loss.__call__
    monkeypatch.setattr(Loss, "__call__", lambda *args: given.append(args[-1]) or call(*args))
    run.run()
    assert torch.equal(given[0], run.model.std)
    assert not torch.equal(given[-1], run.model.std)
    assert all(noise.shape == (3, 1, 1, 2) and not noise.requires_grad for noise in given)


def counted(encoder, tmp_path):
    """A model that was trained on 12 to 20 observations a series, and the series."""
    times = torch.arange(20.0).expand(4, 20).clone()
    times[0, 12:] = torch.nan
    series = TimeSeries(times, torch.sin(times)[..., None])
    model = LatentODE(ModelConfig(features=1, encoder=encoder, hidden=3, latent=3, width=4), [0, 1])
    config = TrainingConfig(steps=2, batch=2, warmup=0.5, validate_every=2, solver_error_share=1e9)
    Trainer(model, PathLength(0.1), series, series, config).run()
    save_model(tmp_path / "model.pt", model)
    return load_model(tmp_path / "model.pt")[0], series


@pytest.mark.fault("series have other numbers of observations than in training", "a warning names both ranges")
def test_a_recurrent_encoder_warns_of_other_numbers_of_observations_once(tmp_path, caplog):
    model, series = counted("gru", tmp_path)
    assert model.counts == model.member(1).counts == (12, 20)
    for _ in range(2):
        model.encode(series.times[:, :12], series.values[:, :12])
    assert caplog.text == ""
    for _ in range(2):
        model(series.times[:, :8], series.values[:, :8])
    assert caplog.text.count("series of 8 observations are read by an encoder that was trained on 12 to 20") == 1
    model(series.times[:, :8], series.values[:, :8], check=False)
    assert len(caplog.records) == 1


def test_the_interpolation_encoder_does_not_mind(tmp_path, caplog):
    model, series = counted("interpolation", tmp_path)
    model.encode(series.times[:, :3], series.values[:, :3])
    assert caplog.text == ""


def test_a_loss_of_the_posterior_is_refused_by_a_model_that_has_none(data):
    series = data.train.observed, data["validation"].observed
    with pytest.raises(
        ConfigError, match=r"KullbackLeibler needs a variational model: make LatentODE with ModelConfig\(vari"
    ):
        Trainer(LatentODE(ModelConfig(features=2)), LOSSES["kl"](), *series, TrainingConfig())


@pytest.mark.parametrize("rate", [0.5, math.inf])
def test_with_forcing_a_step_compares_the_forced_prediction_and_a_validation_the_free_one(forced, rate):
    ours, free = forced(rate), forced(0.0)
    series = ours.training
    prediction = ours.model.forced(series.times, series.values, rate, solver=ours._solver())
    expected = Reconstruction()(ours.model, prediction, series.values)
    assert torch.equal(ours.validate().mse, free.validate().mse)
    for run in (ours, free):
        run.step()
    assert torch.allclose(ours._since_validation[0], expected, rtol=1e-4)
    assert not torch.allclose(free._since_validation[0], expected, rtol=1e-2)
