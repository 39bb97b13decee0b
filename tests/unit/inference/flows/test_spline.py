import torch
from zuko.transforms import MonotonicRQSTransform

from pathlode.inference.flows.spline import Spline


def test_values_slopes_inverse_and_gradients_are_those_of_zukos_own_spline():
    generator = torch.Generator().manual_seed(0)
    y = 8 * torch.rand(50, 3, dtype=torch.float64, generator=generator) - 4
    found = []
    for kind in (Spline, MonotonicRQSTransform):
        generator.manual_seed(1)
        parts = [3 * torch.randn(50, 3, k, dtype=torch.float64, generator=generator) for k in (8, 8, 7)]
        spline = kind(*(part.requires_grad_() for part in parts))
        values, slopes = spline.call_and_ladj(y)
        (values * slopes).sum().backward()
        found.append([values, slopes, spline.inv(y), *(part.grad for part in parts)])
    for ours, theirs in zip(*found, strict=True):
        torch.testing.assert_close(ours, theirs)
