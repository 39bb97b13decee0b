import numpy as np
import torch

from pathlode.core.fields.hybrid_oscillator import HybridOscillator
from pathlode.core.solve import FixedStep, solve
from pathlode.dynamics.simulation import SimulationConfig, simulate
from pathlode.dynamics.systems.damped_oscillator import DampedOscillator
from pathlode.models.latent_ode import LatentODE
from pathlode.models.settings import ModelConfig
from pathlode.training.losses.reconstruction import Reconstruction
from pathlode.training.settings import TrainingConfig
from pathlode.training.trainer import Trainer


def test_with_the_true_constants_it_is_the_damped_oscillator():
    system = DampedOscillator()
    starts, times = system.draw(4, np.random.default_rng(0)), np.linspace(0, 12, 25)[None].repeat(4, 0)
    field = HybridOscillator([torch.Generator()], 2, 6, 2).double()
    field.log_constants.data = torch.tensor([[[1.0, 0.12]]], dtype=torch.float64).log()
    states = solve(
        field, torch.from_numpy(starts)[None], torch.from_numpy(times), solver=FixedStep("tsit5", 150)
    ).states
    assert np.abs(states[0].detach().numpy() - system.solution(starts, times)).max() < 1e-8


def test_a_model_whose_known_part_is_whole_learns_the_constants():
    """Stiffness 1 and damping 0.12 within 5 %, from 1.5 and 0.3, through an encoder and a decoder that are learnt as well."""
    data = simulate(DampedOscillator(), SimulationConfig(128, 16, 2, 12, (10.0, 10.0), 0.0, windows_beyond=2, seed=0))
    config = ModelConfig(2, hidden=2, latent=2, width=12, depth=1, encoder_hidden=12, field="hybrid_oscillator")
    model = LatentODE(config)
    model.field.log_constants.data = torch.tensor([[[1.5, 0.3]]]).log()
    settings = TrainingConfig(
        steps=240, batch=32, learning_rate=0.02, validate_every=240, solver="rk4", solver_steps=20
    )
    Trainer(model, Reconstruction(), data.train.observed, data["validation"].observed, settings).run()
    learnt = model.field.learnt()
    assert abs(float(learnt["stiffness"]) - 1.0) < 0.05
    assert abs(float(learnt["damping"]) / 0.12 - 1.0) < 0.05
