import pytest
import torch

from pathlode.dynamics.simulation import SimulationConfig, simulate
from pathlode.inference.alarms import likeness
from pathlode.inference.designs import ObservationConfig
from pathlode.inference.random_designs import RandomDesigns
from pathlode.inference.simulations import SystemSimulations
from pathlode.inference.summaries import Summary
from pathlode.registry import SYSTEMS

SYSTEM = SYSTEMS["lotka_volterra_fixed_start"]()
DATA = SimulationConfig(
    train=600, validation=200, test=200, points=20, window=(4.0, 5.0), noise=0.2, windows_beyond=2, seed=1
)


class Unchanged:
    """What stands for a flow: it takes a summary as it is."""

    seed = 0

    def as_given(self, given):
        return given

    standard_observations = embed = as_given


@pytest.fixture(scope="module")
def data():
    return simulate(SYSTEM, DATA)


@pytest.mark.parametrize("kind", ["fitted to the data", "fresh"])
def test_alarms_about_held_out_systems_are_rare_and_those_about_other_noise_are_not(data, kind):
    summary = Summary(bins=4, end=5.0)
    designs = RandomDesigns(
        points=(20, 20), noise=(0.2, 0.2), gapped=0, longest_gap=0, usual=1, usual_points=20, usual_noise=0.2
    )
    fresh = SystemSimulations(SYSTEM, DATA.window, designs, summary.of_scattered) if kind == "fresh" else None
    p_values, again = (likeness(Unchanged(), summary, data, DATA.noise, fresh, seed=3) for _ in range(2))
    held_out = data["test"]
    given = summary(held_out.observed, 0, DATA.noise)
    usual = p_values(given)
    assert torch.equal(usual, again(given))
    assert float((usual <= 0.1).double().mean()) == pytest.approx(0.1, abs=0.07)
    noisy = ObservationConfig(points=20, window=DATA.window, noise=1.0).observe(SYSTEM, held_out.parameters.numpy(), 5)
    assert float((p_values(summary(noisy, 0, DATA.noise)) <= 0.1).double().mean()) > 0.8
