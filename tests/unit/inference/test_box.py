import pytest
import torch

from pathlode.errors import ConfigError
from pathlode.inference.box import Box

BOX = Box(torch.tensor([0.5, -1.0]), torch.tensor([1.5, 3.0]))


def test_the_map_to_all_numbers_and_back():
    theta = BOX.low + (BOX.high - BOX.low) * torch.rand(100, 2, generator=torch.Generator().manual_seed(0))
    y, slopes = BOX.to_reals(theta)
    assert torch.allclose(BOX.from_reals(y), theta, atol=1e-5)
    jacobian = torch.autograd.functional.jacobian(lambda one: BOX.to_reals(one)[0], theta[0])
    assert torch.allclose(torch.linalg.slogdet(jacobian)[1], slopes[0], atol=1e-4)


def test_nothing_leaves_the_box():
    far = BOX.from_reals(torch.tensor([[-1e9, 1e9], [1e9, -1e9]]))
    assert BOX.contains(far).all()
    y, slopes = BOX.to_reals(torch.stack([BOX.low, BOX.high]))
    assert y.isfinite().all()
    assert slopes.isfinite().all()


def test_the_spread_of_the_prior():
    draws = BOX.low + (BOX.high - BOX.low) * torch.rand(100_000, 2, generator=torch.Generator().manual_seed(0))
    assert torch.allclose(draws.std(dim=0), BOX.std, rtol=0.01)


def test_a_box_without_inside_is_refused():
    with pytest.raises(ConfigError, match=r"the prior is \[1.0\] to \[1.0\], expected finite numbers, low < high"):
        Box(torch.ones(1), torch.ones(1))
    with pytest.raises(ConfigError, match="choose a system whose parameters are uniform in a box"):
        Box(torch.tensor([]), torch.tensor([]))
