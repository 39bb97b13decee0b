import torch

from pathlode.models.settings import ModelConfig
from pathlode.models.shallow_plrnn import ShallowPLRNN


def test_one_unit_makes_three_pieces():
    """x' = x + x + 4 (φ(x - 1) - φ(x)): slopes 2, -2 and 2, joined at 0 and 1; 0.3, -0.6, -1.2, -2.4 are iterates."""
    model = ShallowPLRNN(ModelConfig(features=1, width=1)).double()
    field = model.change
    given = {field.linear.matrix: 1, field.constant: 0, field.planes.weight: 1, field.planes.bias: -1, field.slopes: 4}
    for parameter, value in given.items():
        parameter.data.fill_(value)
    x = torch.linspace(-1, 2, 13).double().view(1, -1, 1)
    pieces = torch.where(x < 0, 2 * x, torch.where(x < 1, -2 * x, 2 * x - 4))
    assert torch.allclose(model.step(x), pieces)
    found = model(torch.tensor([[0.0, 3.0]]).double(), torch.tensor([[[0.3], [0.0]]]).double()).values
    assert torch.allclose(found.flatten(), torch.tensor([0.3, -2.4]).double())
