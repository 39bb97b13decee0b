import pytest
import torch

from pathlode.model import LatentODE, ModelConfig
from pathlode.registry import LOSSES, SYSTEMS
from pathlode.series import TimeSeries
from pathlode.systems.contract import SimulatedData, SimulationConfig, simulate


@pytest.fixture(autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)
    torch.manual_seed(0)


@pytest.fixture
def make_model():
    """A small model for a loss, with sizes that differ from each other so that a mixed-up axis shows."""

    def make(loss: str = "path", encoder: str = "gru", seeds=(0, 1, 2), **changes) -> LatentODE:
        sizes = {"features": 2, "hidden": 6, "latent": 4, "width": 9, "depth": 2} | changes
        return LatentODE(ModelConfig(encoder=encoder, variational=LOSSES[loss].variational, **sizes), seeds)

    return make


@pytest.fixture
def series() -> TimeSeries:
    times = torch.rand(11, 8, dtype=torch.float64).sort(dim=1).values * 5
    return TimeSeries(times, torch.randn(11, 8, 2, dtype=torch.float64))


@pytest.fixture(scope="session")
def data() -> SimulatedData:
    config = SimulationConfig(96, 24, 16, points=12, window=(5.0, 6.0), noise=0.0, windows_beyond=2, seed=3)
    return simulate(SYSTEMS["coupled_oscillator"](), config)
