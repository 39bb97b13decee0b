import math

import pytest
import torch

from pathlode.uncertainty.mixtures import NormalMixture
from pathlode.uncertainty.scores import mean_crps, rmse


def test_errors_are_of_the_ensembles_mean_and_leave_out_what_is_missing():
    """Means 1 and 3 average to 2; feature 1 has errors 1 and 3, feature 2 has one error of 2."""
    means = torch.tensor([1.0, 3.0])[:, None, None, None].expand(2, 1, 2, 2)
    observed = torch.tensor([[[3.0, 0.0], [-1.0, math.nan]]])
    assert rmse(NormalMixture(means, torch.ones(2, 1, 1, 1)), observed).tolist() == pytest.approx([math.sqrt(5), 2.0])


def test_the_true_distribution_scores_its_noise_over_the_root_of_pi_and_others_more():
    draw = torch.Generator().manual_seed(0)
    observed = torch.randn(1, 40_000, 2, generator=draw) * torch.tensor([0.5, 2.0])
    observed[:, ::3, 0] = math.nan

    def score(factor, shift=0.0):
        stds = factor * torch.tensor([0.5, 2.0]).view(1, 1, 1, 2)
        return mean_crps(NormalMixture(torch.full((1, 1, 40_000, 2), shift), stds), observed)

    assert torch.allclose(score(1.0), torch.tensor([0.5, 2.0]) / math.sqrt(math.pi), rtol=0.02)
    assert all((score(*other) > score(1.0)).all() for other in [(0.5,), (2.0,), (1.0, 0.3)])
