import numpy as np
import torch

from pathlode.core.fields.hybrid_lotka_volterra import HybridLotkaVolterra
from pathlode.core.solve import FixedStep, solve
from pathlode.dynamics.systems.lotka_volterra import LotkaVolterra


def test_with_the_true_rates_it_is_lotka_volterra():
    """One member for each trajectory, as the rates of each are its own."""
    system = LotkaVolterra()
    parameters, times = system.draw(3, np.random.default_rng(0)), np.linspace(0, 8, 20)[None].repeat(3, 0)
    rates, starts = torch.from_numpy(parameters[:, :4]), torch.from_numpy(parameters[:, 4:])
    field = HybridLotkaVolterra([torch.Generator()] * 3, 2, 6, 2).double()
    field.log_constants.data = rates.log()[:, None]
    solver = FixedStep("tsit5", 300)
    states = solve(field, starts.log()[:, None], torch.from_numpy(times)[:, None], solver=solver).states
    assert np.abs(states[:, 0].detach().exp().numpy() - system.solution(parameters, times)).max() < 1e-6


def test_the_unit_of_a_population_is_in_beta_and_delta():
    """Twice the prey at half δ, and a third of the predators at three times β: the same orbit."""
    fields = [HybridLotkaVolterra([torch.Generator()], 2, 6, 2).double() for _ in range(2)]
    factors = torch.tensor([1.0, 3.0, 1.0, 0.5]).double()
    fields[1].log_constants.data += factors.log()
    h, shift = torch.randn(1, 5, 2).double(), torch.tensor([2.0, 1 / 3]).double().log()
    assert torch.allclose(fields[1](h + shift), fields[0](h))
