import torch

from pathlode.core.connections import path_weights
from pathlode.core.stacked import StackedMLP


def test_paths_by_hand():
    """From input 0 to output 0: |1 · 2| + |-3 · -1|, from input 1: |0 · 2| + |4 · -1|."""
    first, second = torch.tensor([[1.0, -3.0], [0.0, 4.0]]), torch.tensor([[2.0], [-1.0]])
    assert path_weights([first, second]).tolist() == [[5.0], [4.0]]


def test_they_bound_the_jacobian_of_a_network_with_softplus():
    network = StackedMLP([torch.Generator().manual_seed(0)], (3, 7, 7, 2))
    bound = path_weights([layer.weight for layer in network.layers])[0]
    for _ in range(5):
        found = torch.autograd.functional.jacobian(lambda x: network(x)[0, 0], 3 * torch.randn(1, 1, 3))[:, 0, 0]
        assert (found.abs() <= bound.T).all()
