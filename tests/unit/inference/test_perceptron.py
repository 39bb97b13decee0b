import torch

from pathlode.inference.perceptron import PerceptronSummary


def test_without_blocks_it_is_linear_in_a_normed_layer():
    network = PerceptronSummary(5, 8, 0, 3, seed=0)
    given = torch.randn(4, 5, generator=torch.Generator().manual_seed(0))
    hidden = given @ network.first.weight.T + network.first.bias
    normed = (hidden - hidden.mean(dim=1, keepdim=True)) / (hidden.var(dim=1, correction=0, keepdim=True) + 1e-5).sqrt()
    _, head = network.last
    assert torch.allclose(network(given), normed @ head.weight.T + head.bias, atol=1e-6)
