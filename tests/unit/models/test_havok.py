import torch

from pathlode.core.series import TimeSeries
from pathlode.models.havok import DELAYS, HAVOK
from pathlode.models.settings import ModelConfig

TIMES = 0.3 * torch.arange(60).double()


def waves(phases):
    """Two frequencies: four components of the delayed values move as a linear system."""
    return (torch.sin(TIMES + phases) + 0.5 * torch.cos(2.1 * TIMES + 2 * phases))[..., None]


def fitted(hidden):
    phases = torch.linspace(0, 6, 25).double()[:, None]
    model = HAVOK(ModelConfig(features=1, hidden=hidden), (0, 1)).double()
    model.fit(TimeSeries(TIMES[:25].expand(25, -1), waves(phases)[:, :25]))
    return model, phases


def far_ahead(model, phases):
    begin = TIMES[: DELAYS + 1].expand(25, -1), waves(phases)[:, : DELAYS + 1]
    return model(*begin, TIMES[DELAYS + 1 :].expand(25, -1)).values


def test_a_linear_system_of_delayed_values_is_continued_without_forcing():
    model, phases = fitted(5)
    assert (far_ahead(model, phases) - waves(phases)[:, DELAYS + 1 :]).abs().max() < 5e-3


def test_without_its_forcing_it_misses_what_too_few_components_leave():
    """With four, the last one is half of a wave. Forecasts are wrong then, and do not grow."""
    model, phases = fitted(4)
    found = far_ahead(model, phases)
    assert (found - waves(phases)[:, DELAYS + 1 :]).abs().max() > 0.1
    assert found.abs().max() < 2
    assert torch.linalg.eigvals(model.operator).abs().max() < 1 + 1e-9
