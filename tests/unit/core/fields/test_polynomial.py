import torch

from pathlode.core.fields.polynomial import REACH, PolynomialField


def test_lotka_volterra_by_hand():
    """x' = 2 x - 3 x y and y' = 0.5 - y + y²; terms are 1, x, y, x², x y, y²."""
    field = PolynomialField(1, 2)
    field.coefficients[0] = torch.tensor([[0, 2, 0, 0, -3, 0], [0.5, 0, -1, 0, 0, 1]]).T
    h = torch.tensor([[[0.5, 2.0], [-1.0, 0.0]]])
    assert field(h).tolist() == [[[1.0 - 3.0, 0.5 - 2.0 + 4.0], [-2.0, 0.5]]]
    expected = torch.tensor([[2 - 3 * 2.0, -3 * 0.5], [0.0, -1 + 2 * 2.0]])
    assert torch.allclose(field.jacobian(h)[0, 0], expected)


def test_far_from_the_data_the_speed_is_bounded():
    field = PolynomialField(2, 3)
    field.coefficients.copy_(torch.randn(field.coefficients.shape))
    far = torch.tensor([[[1e9, -1e9, 2.0]]]).expand(2, 1, 3)
    assert torch.equal(field(far), field(torch.tensor([[[REACH, -REACH, 2.0]]]).expand(2, 1, 3)))
    assert not field.jacobian(far)[..., :2].any()


def test_nothing_moves_before_it_is_fitted():
    assert not PolynomialField(1, 4)(torch.randn(1, 5, 4)).any()
