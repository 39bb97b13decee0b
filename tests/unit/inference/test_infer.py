"""Two moons, whose posterior is known: two crescents, which are draws of the noise taken off the observation."""

import math
from dataclasses import replace

import pytest
import torch
from sbi.utils import BoxUniform

from pathlode.core.series import TimeSeries
from pathlode.errors import CheckpointError, ConfigError, DataError
from pathlode.inference.c2st import c2st
from pathlode.inference.flows.saving import load_flow
from pathlode.inference.flows.settings import FlowConfig
from pathlode.inference.fresh import FreshConfig
from pathlode.inference.infer import infer
from pathlode.inference.posterior import Posterior
from pathlode.training.resume import Interim

PRIOR = BoxUniform(-torch.ones(2), torch.ones(2))
WIDER = BoxUniform(-torch.ones(2), torch.tensor([1.0, 2.0]))
QUICK = FlowConfig(steps=400, learning_rate=2e-2, transforms=2, width=32)
TINY = FlowConfig(steps=10, transforms=1, width=8, batch=20, validate_every=5)
X = torch.zeros(1, 2)


def crescent(count):
    angle, radius = math.pi * (torch.rand(count) - 0.5), 0.1 + 0.01 * torch.randn(count)
    return torch.stack([radius * angle.cos() + 0.25, radius * angle.sin()], dim=1)


def two_moons(theta):
    """Source: Greenberg et al. 2019, automatic posterior transformation (https://arxiv.org/abs/1905.07488)."""
    moved = torch.stack([-theta.sum(dim=1).abs(), theta[:, 1] - theta[:, 0]], dim=1)
    return crescent(len(theta)) + moved / 2**0.5


def exact_draws(x, count):
    """θ from x = p + moved: its sum up to the sign, and its difference."""
    moved = (x - crescent(count)) * 2**0.5
    sign = 2.0 * torch.randint(2, (count,)) - 1
    total, difference = sign * -moved[:, 0], moved[:, 1]
    return torch.stack([total - difference, total + difference], dim=1) / 2


@pytest.fixture(scope="module")
def moons():
    return infer(two_moons, PRIOR, simulations=4000, config=QUICK, names=["left", "right"])


def test_the_known_posterior_is_approached(moons):
    draws, exact = moons.sample(X, 800, seed=1)[:, 0], exact_draws(X, 800)
    assert c2st(draws.numpy(), exact.numpy()) < 0.8
    assert 0.3 < float((draws.sum(dim=1) > 0).float().mean()) < 0.8
    entropy = (
        math.log(2) + math.log(0.1 * math.pi) + math.log(0.01 * math.sqrt(2 * math.pi * math.e))
    )  # sign, angle, radius
    assert -entropy - 1.2 < float(moons.log_prob(exact[:, None], X).mean()) < -entropy  # 3.65; of the prior it is -1.4


def test_it_comes_back_from_its_file(moons, tmp_path):
    moons.save(tmp_path / "moons.pt")
    again = Posterior.load(tmp_path / "moons.pt")
    assert torch.equal(again.sample(X, 7), moons.sample(X, 7))
    assert (again.names, again.shape, dict(again.record)) == (["left", "right"], (2,), moons.record)
    assert again.record["failed"] == 0
    with pytest.raises(ConfigError, match="comes from a file, which holds no simulator: give it as Posterior.load"):
        again.check()
    whole = Posterior.load(tmp_path / "moons.pt", simulator=two_moons, prior=PRIOR)
    assert whole.check(60, 20, 5).scores.equals(moons.check(60, 20, 5).scores)
    with pytest.raises(ConfigError, match="a prior without its simulator: give both"):
        Posterior.load(tmp_path / "moons.pt", prior=PRIOR)
    with pytest.raises(CheckpointError, match="is a folder, expected the name of a file"):
        moons.save(tmp_path)
    with pytest.raises(ConfigError, match="a simulator is given without its prior"):
        Posterior.load(tmp_path / "moons.pt", simulator=two_moons)
    with pytest.raises(
        ConfigError, match=r"lies between \[-1.0, -1.0\] and \[1.0, 2.0\] .*: give the prior of the inference"
    ):
        Posterior.load(tmp_path / "moons.pt", simulator=two_moons, prior=WIDER)
    with pytest.raises(ConfigError, match=r"lies between \[-1.0\] and \[1.0\] .*: give the prior of the inference"):
        Posterior.load(tmp_path / "moons.pt", simulator=two_moons, prior=BoxUniform(-torch.ones(1), torch.ones(1)))
    moons.flow.save(tmp_path / "flow.pt")
    with pytest.raises(CheckpointError, match="holds a flow without its summary: read it with load_flow"):
        Posterior.load(tmp_path / "flow.pt")
    assert torch.equal(load_flow(tmp_path / "moons.pt").sample(3, X), moons.flow.sample(3, X))


def waves(theta):
    times = torch.linspace(0, 3, 6).expand(len(theta), 6).clone()
    return TimeSeries(times, (theta[:, None] * times[..., None]).sin() + 0.1 * torch.randn(len(theta), 6, 2))


def test_a_function_and_a_model_as_summaries_come_back_from_files(make_model, tmp_path):
    observed, path, simulations = waves(torch.zeros(1, 2)), tmp_path / "posterior.pt", 30

    def means(series):
        return series.values.mean(dim=1)

    by_means = infer(waves, PRIOR, summary=means, simulations=simulations, config=TINY)
    by_means.save(path)
    with pytest.raises(ConfigError, match="has a function as its summary: give it to load as summary="):
        Posterior.load(path)
    assert torch.equal(Posterior.load(path, summary=means).sample(observed, 3), by_means.sample(observed, 3))
    by_z0 = infer(waves, PRIOR, summary=make_model(), simulations=simulations, config=TINY)
    by_z0.save(path)
    assert torch.equal(Posterior.load(path).sample(observed, 3), by_z0.sample(observed, 3))
    with pytest.raises(ConfigError, match="has no function as its summary: leave out summary="):
        Posterior.load(path, summary=means)


def test_series_without_a_summary_need_a_network():
    recurrent = FlowConfig(steps=10, transforms=1, width=8, batch=20, recurrent=4, embedded=3)
    found = infer(waves, PRIOR, simulations=30, config=recurrent)
    assert found.sample(waves(torch.zeros(2, 2)), 3).shape == (3, 2, 2)
    with pytest.raises(
        ConfigError, match="series without a summary need a network of observations, and nothing else does"
    ):
        infer(waves, PRIOR, simulations=30, config=TINY)
    with pytest.raises(ConfigError, match="give a summary, or FlowConfig"):
        infer(two_moons, PRIOR, simulations=30, config=recurrent)


def test_fresh_simulations_are_drawn_as_the_training_goes(tmp_path):
    """In 60 steps of 50 each of 500 simulations is seen twice, so three sets are simulated, and one for validation."""
    fresh = FreshConfig(steps=60, batch=50, simulated=500, views=2, validated=40, validate_every=30)
    found = infer(two_moons, PRIOR, config=TINY, fresh=fresh)
    assert found.record["simulations"] == 3 * 500 + 40
    assert [row[0] for row in found.record["history"]] == [30, 60]
    assert torch.equal(infer(two_moons, PRIOR, config=TINY, fresh=fresh).sample(X, 5), found.sample(X, 5))


FRESH = FreshConfig(steps=10, batch=20, simulated=100, views=2, validated=20, validate_every=5)
BY = {"fixed": {"simulations": 40}, "fresh": {"fresh": FRESH}}


@pytest.fixture(params=BY)
def interrupted(request, tmp_path, monkeypatch):
    """Arguments of a training whose first call was interrupted after its checkpoint of step 8."""
    arguments = {"config": TINY, "kept": tmp_path / "kept.pt", **BY[request.param]}
    monkeypatch.setattr(Interim, "SECONDS", 0.0)
    with monkeypatch.context() as patched:
        write = Interim.write

        def written_until(interim, state):
            write(interim, state)
            if state["step"] == 8:
                raise KeyboardInterrupt

        patched.setattr(Interim, "write", written_until)
        with pytest.raises(KeyboardInterrupt):
            infer(two_moons, PRIOR, **arguments)
    return arguments


def test_an_interrupted_training_goes_on_and_its_checkpoint_is_removed(interrupted, tmp_path, caplog):
    (left,) = tmp_path.iterdir()
    with caplog.at_level("INFO"):
        found = infer(two_moons, PRIOR, **interrupted)
    assert f"continued from its checkpoint {left}" in caplog.text
    assert not list(tmp_path.iterdir())
    assert torch.equal(found.sample(X, 5), infer(two_moons, PRIOR, **interrupted | {"kept": None}).sample(X, 5))


@pytest.mark.parametrize("other", ["simulator", "prior", "seed", "settings"])
def test_a_checkpoint_of_another_training_is_left_alone(interrupted, other, tmp_path, caplog):
    """The prior differs in a bound only, the settings in a number that changes no shape."""
    (left,) = tmp_path.iterdir()
    simulator = (lambda theta: 2 * two_moons(theta)) if other == "simulator" else two_moons
    prior = WIDER if other == "prior" else PRIOR
    changed = {"seed": {"seed": 1}, "settings": {"config": replace(TINY, learning_rate=0.01)}}.get(other, {})
    with caplog.at_level("INFO"):
        found = infer(simulator, prior, **interrupted | changed)
    assert "continued" not in caplog.text
    assert list(tmp_path.iterdir()) == [left]
    assert torch.equal(
        found.sample(X, 5), infer(simulator, prior, **interrupted | changed | {"kept": None}).sample(X, 5)
    )


def test_failed_simulations_are_told(caplog):
    def sometimes(theta):
        return two_moons(theta).where(theta[:, :1] < 0.9, torch.nan)

    assert infer(sometimes, PRIOR, simulations=200, config=TINY).record["failed"] > 0
    assert "simulations had numbers that are not finite and were replaced" in caplog.text


def test_a_posterior_from_a_file_allows_as_many_failures(tmp_path):
    def often(theta):
        return two_moons(theta).where(theta[:, :1] < 0.0, torch.nan)

    found = infer(often, PRIOR, simulations=40, config=TINY, largest_failed=0.8)
    found.save(tmp_path / "often.pt")
    again = Posterior.load(tmp_path / "often.pt", simulator=often, prior=PRIOR)
    assert again.check(60, 20, 5).scores.equals(found.check(60, 20, 5).scores)


def test_what_cannot_be_inferred_is_refused():
    with pytest.raises(ConfigError, match="there are 1 names for 2 parameters"):
        infer(two_moons, PRIOR, names=["a"])
    with pytest.raises(ConfigError, match="the names are a, a, expected different ones"):
        infer(two_moons, PRIOR, names=["a", "a"])
    with pytest.raises(ConfigError, match="config is a dict, expected a FlowConfig"):
        infer(two_moons, PRIOR, config={"steps": 10})
    with pytest.raises(ConfigError, match="seed is a, expected a whole number"):
        infer(two_moons, PRIOR, seed="a")
    with pytest.raises(ConfigError, match="seed is True, expected a whole number of at least 0"):
        infer(two_moons, PRIOR, seed=True)
    with pytest.raises(ConfigError, match="names is the text 'ab', expected a list of names"):
        infer(two_moons, PRIOR, names="ab")
    with pytest.raises(ConfigError, match="names is 3, expected a list of names"):
        infer(two_moons, PRIOR, names=3)
    with pytest.raises(
        ConfigError, match="a name is 'all', expected text other than 'all', which is a row of the scores"
    ):
        infer(two_moons, PRIOR, names=["all", "b"])
    with pytest.raises(ConfigError, match="the summary takes other arguments, expected a function of observations"):
        infer(two_moons, PRIOR, summary=lambda: 1)
    with pytest.raises(ConfigError, match="the simulator takes other arguments, expected a function of theta$"):
        infer(lambda: 1, PRIOR)
    with pytest.raises(
        ConfigError, match="the simulator takes other arguments, expected a function of theta and designs"
    ):
        infer(two_moons, PRIOR, design=lambda count, generator: torch.zeros(count, 1))
    with pytest.raises(ConfigError, match="largest_failed is half, expected a share"):
        infer(two_moons, PRIOR, largest_failed="half")
    with pytest.raises(DataError, match=r"the summary returned numbers of shape \(4, 0\) for 4 observations"):
        infer(two_moons, PRIOR, summary=lambda x: x[:, :0])
    with pytest.raises(ConfigError, match="simulations is 5, expected a number of at least 10"):
        infer(two_moons, PRIOR, simulations=5)
    with pytest.raises(ConfigError, match="the prior is a str, expected a continuous distribution"):
        infer(two_moons, "uniform")
    with pytest.raises(DataError, match="all numbers of the summaries are the same in all pairs"):
        infer(lambda theta: torch.ones(len(theta), 2), PRIOR, simulations=30, config=TINY)
