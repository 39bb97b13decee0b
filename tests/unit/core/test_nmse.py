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


def test_nmse_over_counted_times_by_hand():
    """The truths 0, 2, 4 count, about their mean 2; errors of 1, 0, 2 there, and no number elsewhere."""
    truth = torch.tensor([[0.0, 2.0], [9.0, 4.0]])[..., None]
    counted = torch.tensor([[True, True], [False, True]])
    predicted = torch.tensor([[1.0, 2.0], [torch.inf, 6.0]])[None, ..., None]
    assert nmse(predicted, truth, counted).item() == pytest.approx(5 / 8)
    in_time = nmse_in_time(predicted, truth, counted)[0]
    assert in_time.tolist() == pytest.approx([1 / (8 / 3), (0 + 4) / 2 / (8 / 3)])


def test_a_position_where_no_time_counts_has_no_error_in_time():
    truth, counted = torch.randn(5, 3, 1), torch.tensor([True, True, False]).expand(5, 3)
    assert nmse_in_time(truth[None] + 1, truth, counted).isnan().tolist() == [[False, False, True]]


def test_each_member_has_its_own_counted_times():
    truth, predicted = torch.randn(3, 20, 7, 2), torch.randn(3, 20, 7, 2)
    counted = torch.rand(3, 20, 7) < 0.6
    together = nmse(predicted, truth, counted), nmse_in_time(predicted, truth, counted)
    for member in range(3):
        alone = predicted[member : member + 1], truth[member], counted[member]
        assert torch.allclose(together[0][member], nmse(*alone)[0])
        assert torch.allclose(together[1][member], nmse_in_time(*alone)[0])


def test_all_times_count_by_default():
    truth, predicted = torch.randn(20, 7, 2).double(), torch.randn(3, 20, 7, 2).double()
    for score in (nmse, nmse_in_time):
        assert torch.allclose(score(predicted, truth), score(predicted, truth, torch.ones(20, 7) > 0), rtol=1e-12)


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


def test_nothing_counts_where_the_truth_is_missing():
    """The first feature's truths 0, 4 lie about 2, the second's single one is its mean; the errors are 1, 3 and 2."""
    nan = torch.nan
    truth = torch.tensor([[[0.0, nan], [nan, 7.0], [4.0, nan]]])
    predicted = torch.tensor([[[[1.0, 9.0], [9.0, 9.0], [1.0, 9.0]]]])
    assert nmse(predicted, truth).item() == pytest.approx((1 + 9 + 4) / 8)
    counted = torch.tensor([[True, False, True]])
    assert nmse(predicted, truth, counted).item() == pytest.approx(10 / 8)
    in_time = nmse_in_time(predicted, truth)[0]  # each in units of the variance per entry, 8 / 3
    assert in_time.tolist() == pytest.approx([1 * 3 / 8, 4 * 3 / 8, 9 * 3 / 8])
