import pytest
import torch
from epidemics import PRIOR, as_series, exact_posterior, simulate
from epidemics import TIMES as WEEKS
from sbi.inference import NPE
from sbi.neural_nets import posterior_nn
from sbi.utils import BoxUniform

from pathlode.core.series import TimeSeries
from pathlode.errors import ConfigError, DataError
from pathlode.inference.embedding import LatentEmbedding, rows_of
from pathlode.inference.flows.settings import FlowConfig
from pathlode.inference.infer import infer
from pathlode.models.latent_ode import LatentODE
from pathlode.models.latents import encode
from pathlode.models.settings import ModelConfig
from pathlode.training.losses.path_length import PathLength
from pathlode.training.settings import TrainingConfig
from pathlode.training.trainer import Trainer

TIMES = torch.linspace(0, 4, 9)


def waves(count):
    """Series with a frequency and a phase, and these."""
    theta = torch.tensor([0.5, 0.0]) + torch.rand(count, 2)
    x = (theta[:, :1] * TIMES + theta[:, 1:]).sin()
    return theta, TimeSeries(
        TIMES.expand(count, -1).clone(), torch.stack([x, 2 - x], dim=-1) + 0.1 * torch.randn(count, 9, 2)
    )


@pytest.fixture
def ragged():
    """A whole series, one that ends early, and one with a feature missing twice."""
    _, series = waves(3)
    times, values = series.times.clone(), series.values.clone()
    times[1, 6:] = values[1, 6:] = torch.nan
    values[2, [0, 4], 1] = torch.nan
    return TimeSeries(times, values)


@pytest.mark.parametrize("encoder", ["gru", "interpolation"])
def test_z0_is_that_of_the_model(encoder, make_model, ragged):
    model = make_model(encoder=encoder, gaps=True, seeds=(3, 5))
    embedding = LatentEmbedding(model, member=1)
    rows = rows_of(ragged)
    assert rows.isfinite().all()
    expected = encode(model, ragged)[1]
    assert torch.allclose(embedding(rows), expected, atol=1e-5)
    assert torch.allclose(embedding(rows.flatten(1)), expected, atol=1e-5)
    assert torch.allclose(embedding(rows_of(ragged, points=14)), expected, atol=1e-5)
    assert torch.allclose(embedding(rows_of(ragged)[1:2]), expected[1:2], atol=1e-5)


def test_a_common_grid_needs_the_values_alone(make_model):
    model, (_, series) = make_model(), waves(5)
    embedding = LatentEmbedding(model, times=TIMES, series=series)
    z0 = embedding(series.values)
    assert torch.allclose(z0.mean(dim=0), torch.zeros(4), atol=1e-4)
    assert torch.allclose(z0.std(dim=0), torch.ones(4), atol=1e-4)
    assert torch.equal(embedding(series.values.flatten(1)), z0)


@pytest.mark.filterwarnings("ignore:Data has constant values", "ignore:Maximum number of epochs")
@pytest.mark.parametrize("frozen", [True, False])
def test_sbi_trains_a_posterior_on_it(frozen, make_model, tmp_path, monkeypatch):
    """A frozen encoder keeps its weights; another one learns, but the given model never changes."""
    monkeypatch.chdir(tmp_path)  # where sbi writes its logs
    model = make_model(seeds=(0,))
    before = {name: weight.clone() for name, weight in model.state_dict().items()}
    theta, series = waves(60)
    embedding = LatentEmbedding(model, series=series, frozen=frozen)
    learnt = {name for name, weight in embedding.named_parameters() if weight.requires_grad}
    assert bool(learnt) is not frozen
    prior = BoxUniform(torch.tensor([0.5, 0.0]), torch.tensor([1.5, 1.0]))
    network = posterior_nn("maf", embedding_net=embedding, z_score_x="none", num_transforms=1, hidden_features=8)
    trainer = NPE(prior, density_estimator=network, show_progress_bars=False)
    trained = trainer.append_simulations(theta, rows_of(series)).train(max_num_epochs=2, training_batch_size=20)
    draws = trainer.build_posterior().sample((20,), x=rows_of(waves(1)[1]), show_progress_bars=False)
    assert draws.shape == (20, 2)
    assert all(weight.equal(before[name]) for name, weight in model.state_dict().items())
    after = dict(trained.named_parameters())
    moved = {
        name for name, weight in embedding.named_parameters()
        for own, now in after.items() if own.endswith(f".{name}") and not torch.equal(now, before[name.removeprefix("model.")])
    }  # fmt: skip
    assert moved == learnt


@pytest.fixture(scope="module")
def outbreak():
    """An encoder of epidemics, trained without parameters, an epidemic, and its exact posterior's draws and entropy."""
    torch.manual_seed(0)
    known = as_series(simulate(PRIOR.sample((2000,))))
    model = LatentODE(ModelConfig(features=1, hidden=8, latent=6, width=16, time_unit=40.0), (0,))
    settings = TrainingConfig(steps=300, validate_every=100, solver_steps=10, refine=False)
    trainer = Trainer(model, PathLength(0.01), known, known, settings)
    trainer.run()
    observed = simulate(torch.tensor([[0.5, 0.13]]))
    return LatentEmbedding(trainer.model, times=WEEKS, series=known), observed, *exact_posterior(observed, 1000)


def by_infer(embedding):
    config = FlowConfig(steps=200, learning_rate=1e-2, transforms=2, width=32, affine=1)
    return infer(simulate, PRIOR, summary=embedding, simulations=3000, config=config).log_prob


def by_sbi(embedding):
    network = posterior_nn("maf", embedding_net=embedding, z_score_x="none", num_transforms=2, hidden_features=24)
    trainer, theta = NPE(PRIOR, density_estimator=network, show_progress_bars=False), PRIOR.sample((2000,))
    trainer.append_simulations(theta, simulate(theta)).train(max_num_epochs=20, learning_rate=2e-3)
    return lambda theta, x: trainer.build_posterior().log_prob(theta[:, 0], x=x)


@pytest.mark.filterwarnings("ignore:Data has constant values", "ignore:Maximum number of epochs")
@pytest.mark.parametrize("way", [by_infer, by_sbi])
def test_posteriors_of_epidemics_given_z0_approach_the_exact_one(way, outbreak, tmp_path, monkeypatch):
    """The cross-entropy exceeds the entropy by less than half of what that of the prior does."""
    monkeypatch.chdir(tmp_path)  # where sbi writes its logs
    embedding, observed, draws, entropy = outbreak
    found = -float(way(embedding)(draws[:, None], observed).mean())
    assert entropy < found < entropy + 0.5 * (-float(PRIOR.log_prob(draws).mean()) - entropy)


def test_other_layouts_and_models_are_refused(make_model, ragged):
    embedding = LatentEmbedding(make_model())
    with pytest.raises(
        DataError, match=r"x has shape \(3, 9, 2\), expected \(n, time, 5\), or the same flattened: series as"
    ):
        embedding(ragged.values)
    with pytest.raises(DataError, match="feature 2 at time number 1 of trajectory 2 is nan, but"):
        embedding(rows_of(ragged))
    fixed = LatentEmbedding(make_model(), times=TIMES)
    with pytest.raises(
        DataError, match=r"x has shape \(1, 16\), expected \(n, 9, 2\), .*: the values at the given times"
    ):
        fixed(torch.zeros(1, 16))
    with pytest.raises(DataError, match="a series has 9 times, expected at most points = 8"):
        rows_of(ragged, points=8)
    with pytest.raises(DataError, match=r"x has shape \(0, 18\), expected \(n, 9, 2\)"):
        fixed(torch.zeros(0, 18))
    assert torch.equal(fixed([[0.0] * 18]), fixed(torch.zeros(1, 18)))
    for times, message in (
        (torch.zeros(2, 3), r"times have shape \(2, 3\), expected \(time,\)"),
        ([], r"times have shape \(0,\), expected \(time,\)"),
        ([1.0, 0.0], "time number 2 is not greater"),
    ):
        with pytest.raises(DataError, match=message):
            LatentEmbedding(make_model(), times=times)
    with pytest.raises(DataError, match="there is one series, expected at least two"):
        LatentEmbedding(make_model(), series=waves(1)[1])
    with pytest.raises(ConfigError, match="member is first, expected the index of one of the model's 3"):
        LatentEmbedding(make_model(), member="first")
    with pytest.raises(DataError, match="the series are a Tensor, expected a TimeSeries"):
        rows_of(ragged.values)
    with pytest.raises(ConfigError, match="points is many, expected a number"):
        rows_of(ragged, points="many")
    with pytest.raises(ConfigError, match="the model is a Linear, expected one with a latent vector"):
        LatentEmbedding(torch.nn.Linear(2, 2))
    with pytest.raises(ConfigError, match="the model reads static covariates or inputs"):
        LatentEmbedding(make_model(static=1))
