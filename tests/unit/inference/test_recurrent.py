import pytest
import torch

from pathlode.inference.recurrent import RecurrentSummary


@pytest.mark.parametrize("gaps", [False, True])
def test_a_batch_of_incomplete_series_is_summarised_as_each_alone(gaps):
    """Gradients too. Without gaps the series differ in length alone."""
    network, nan = RecurrentSummary(2, 5, 4, 0, gaps).double(), torch.nan
    observed = torch.randn(4, 6, 3, generator=torch.Generator().manual_seed(0)).double()
    observed[..., 0] = observed[..., 0].sort(dim=1).values
    lengths = (6, 3, 1, 5)
    for row, length in zip(observed, lengths, strict=True):
        row[length:] = nan
    if gaps:
        observed[0, 2, 1] = observed[3, 0, 2] = observed[3, 1, 1:] = nan
    together = network(observed)
    alone = torch.cat([network(row[None, :length]) for row, length in zip(observed, lengths, strict=True)])
    assert torch.allclose(together, alone, atol=1e-12)
    parameters = list(network.parameters())
    gradients = (torch.autograd.grad(found.square().sum(), parameters) for found in (together, alone))
    for ours, theirs in zip(*gradients, strict=True):
        assert torch.allclose(ours, theirs, atol=1e-12)
        assert ours.any()
