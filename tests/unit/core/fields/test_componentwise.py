"""A network for each component."""

import torch

from pathlode.core.fields.componentwise import ComponentwiseField


def made():
    return ComponentwiseField([torch.Generator().manual_seed(seed) for seed in range(2)], 3, 5, 2)


def test_a_component_is_cut_off_by_its_own_first_layer_alone():
    field, h = made(), torch.randn(2, 7, 3)
    before = field.jacobian(h)
    with torch.no_grad():
        field.weights()[0][:, 1, 2] = 0.0  # of MLP_1, what h_2 enters by
    after = field.jacobian(h)
    assert not after[..., 1, 2].any()
    assert torch.equal(after[..., [0, 2], :], before[..., [0, 2], :])
    assert before[..., 1, 2].all()


def test_a_component_by_hand():
    """MLP_i of one hidden unit is v softplus(w · h + b) + c."""
    field = ComponentwiseField([torch.Generator()], 2, 1, 1)
    first, last = field.networks
    first.weight.data = torch.tensor([[[1.0], [0.0], [0.0], [2.0]]])
    first.bias.data.zero_()
    last.weight.data = torch.tensor([[[1.0], [-1.0]]])
    last.bias.data = torch.tensor([[[0.5], [0.0]]])
    h = torch.tensor([[[1.0, 3.0]]])
    softplus = torch.nn.functional.softplus
    expected = torch.stack([softplus(h[..., 0]) + 0.5, -softplus(2 * h[..., 1])], dim=-1).tanh()
    assert torch.allclose(field(h), expected)
    assert [weight.shape for weight in field.weights()] == [(1, 2, 2, 1), (1, 2, 1, 1)]
