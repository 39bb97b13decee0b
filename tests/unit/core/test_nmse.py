import pytest
import torch

from pathlode.core.nmse import nmse, nmse_in_time


def test_nmse_is_zero_for_the_truth_and_one_for_its_mean():
    truth = torch.randn(20, 7, 2) * torch.tensor([1.0, 5.0]) + 3
    mean = truth.mean(dim=(0, 1)).expand(1, 20, 7, 2)
    assert nmse(truth[None], truth).tolist() == [0.0]
    assert nmse(mean, truth).item() == pytest.approx(1.0)


def test_nmse_by_hand():
    truth = torch.tensor([[[0.0], [2.0]]])
    predicted = torch.tensor([[[[1.0], [2.0]]]])
    assert nmse(predicted, truth).item() == pytest.approx(1 / 2)


def test_nmse_in_time_is_the_squared_error_over_the_whole_variance():
    truth = torch.randn(20, 3, 2) * torch.tensor([1.0, 10.0, 100.0])[:, None]
    predicted = truth + torch.randn(4, 20, 3, 2)
    assert torch.allclose(nmse_in_time(predicted, truth).mean(dim=1), nmse_without_means(predicted, truth))
    by_hand = (predicted[1, :, 2] - truth[:, 2]).square().mean(dim=0).sum() / truth.flatten(0, 1).var(
        0, correction=0
    ).sum()
    assert nmse_in_time(predicted, truth)[1, 2].item() == pytest.approx(by_hand.item(), rel=1e-5)


def nmse_without_means(predicted, truth):
    variance = truth.flatten(0, 1).var(dim=0, correction=0).sum()
    return (predicted - truth).square().sum(dim=-1).mean(dim=(1, 2)) / variance
