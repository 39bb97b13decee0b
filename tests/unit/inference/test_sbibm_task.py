import numpy as np
import pytest
import torch
from scipy.integrate import solve_ivp

from pathlode.errors import DataError
from pathlode.inference.sbibm_task import populations, simulate_task, task_log_likelihood, task_observation, task_prior

THETA = torch.tensor([[0.7, 0.1, 0.9, 0.12], [0.9, 0.05, 0.8, 0.04]])


def test_populations_are_those_of_another_solver():
    """Every 21st of 201 times from 0 to 20; the prey's ten numbers come first."""

    def velocity(_, state):
        (x, y), (alpha, beta, gamma, delta) = state, THETA[0].double().numpy()
        return alpha * x - beta * x * y, delta * x * y - gamma * y

    times = np.linspace(0, 20, 201)[::21]
    exact = solve_ivp(velocity, (0, 20), (30.0, 1.0), "LSODA", times, rtol=1e-9, atol=1e-9).y
    assert populations(THETA)[0].numpy() == pytest.approx(exact.ravel(), rel=1e-5)


def test_the_noise_is_log_normal_and_has_the_likelihood():
    torch.manual_seed(0)
    x = simulate_task(THETA[:1].expand(2000, 4))
    assert x.shape == (2000, 20)
    off = x.log() - populations(THETA[:1]).log()
    assert float(off.std()) == pytest.approx(0.1, rel=0.02)
    by_hand = -off[0].square().sum() / 0.02 - 20 * np.log(0.1 * np.sqrt(2 * np.pi)) - x[0].log().sum()
    assert float(task_log_likelihood(THETA[:1], x[:1])) == pytest.approx(float(by_hand), rel=1e-4)
    assert int(task_log_likelihood(THETA, x[:1]).argmax()) == 0


def test_the_prior_is_on_logarithms():
    draws = task_prior().sample((4000,)).log()
    assert torch.allclose(draws.mean(dim=0), torch.tensor([-0.125, -3.0, -0.125, -3.0]), atol=0.03)
    assert torch.allclose(draws.std(dim=0), torch.full((4,), 0.5), rtol=0.05)
    assert simulate_task(draws.exp()[:300]).isfinite().all()


def test_observations_are_read_from_the_package_without_importing_it(tmp_path, monkeypatch):
    folder = tmp_path / "sbibm/tasks/lotka_volterra/files/num_observation_3"
    folder.mkdir(parents=True)
    (tmp_path / "sbibm/__init__.py").write_text("raise ImportError('it needs Julia')")
    (folder / "observation.csv").write_text(
        ",".join(f"data_{i}" for i in range(20)) + "\n" + ",".join(["1.5"] * 20) + "\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    assert torch.equal(task_observation(3), torch.full((1, 20), 1.5))
    with pytest.raises(DataError, match="there is no observation 11, expected 1 to 10"):
        task_observation(11)
    monkeypatch.setattr("pathlode.inference.sbibm_task.find_spec", lambda name: None)
    with pytest.raises(
        DataError, match="files of the package sbibm, which is not installed: pip install --no-deps sbibm"
    ):
        task_observation(3)
