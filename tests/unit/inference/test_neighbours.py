import pytest
import torch

from pathlode.inference.neighbours import p_values, summary_p_values, whitening


def test_a_p_value_is_the_share_of_scores_as_large_itself_among_them():
    assert p_values(torch.tensor([0.5, 2.0, 9.0]), torch.tensor([1.0, 2.0, 3.0])).tolist() == [1.0, 0.75, 0.25]


def test_whitened_numbers_have_no_correlation(known_flow):
    first, second = torch.randn(2, 2000, generator=torch.Generator().manual_seed(0))
    known = torch.stack([first, first + second], dim=1)
    whitened = whitening(known_flow, known)(known)
    assert torch.allclose(whitened.T.cov(), torch.eye(2).double(), atol=0.01)


def test_what_is_far_from_all_known_has_the_smallest_p_value(known_flow):
    known, others = torch.randn(2, 99, 2, generator=torch.Generator().manual_seed(0))
    near, far = summary_p_values(known_flow, known, others, torch.tensor([[0.0, 0.0], [50.0, 0.0]])).tolist()
    assert near > 0.5
    assert far == pytest.approx(0.01)
