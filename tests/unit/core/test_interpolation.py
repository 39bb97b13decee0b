import torch

from pathlode.core.interpolation import interpolate


def test_it_is_linear_between_observations_and_constant_beyond_them():
    times = torch.tensor([[1.0, 2.0, 4.0]])
    values = torch.tensor([[[0.0, 5.0], [10.0, 5.0], [0.0, 9.0]]])
    found = interpolate(times, values, torch.tensor([0.0, 1.0, 1.25, 2.0, 3.0, 3.5, 4.0, 9.0]))
    assert found[0, :, 0].tolist() == [0, 0, 2.5, 10, 5, 2.5, 0, 0]
    assert found[0, :, 1].tolist() == [5, 5, 5, 5, 7, 8, 9, 9]


def test_every_series_has_times_of_its_own():
    times = torch.tensor([[[0.0, 1.0], [0.0, 2.0]]])  # with two leading axes
    values = torch.tensor([[[[0.0], [8.0]], [[0.0], [8.0]]]])
    assert interpolate(times, values, torch.tensor([0.5])).tolist() == [[[[4.0]], [[2.0]]]]


def test_a_single_observation_is_the_value_at_all_times():
    found = interpolate(torch.tensor([[1.0]]), torch.tensor([[[7.0]]]), torch.tensor([0.0, 1.0, 2.0]))
    assert found.flatten().tolist() == [7, 7, 7]


def test_each_feature_is_interpolated_between_its_own_observations():
    times = torch.tensor([[0.0, 1.0, 2.0, 9.0]])
    values = torch.tensor([[[0.0, 5.0, 1.0], [7.0, 9.0, 1.0], [4.0, 8.0, 1.0], [8.0, 8.0, 1.0]]])
    mask = torch.tensor([[[1, 1, 0], [0, 0, 0], [1, 0, 0], [0, 0, 0]]]) > 0
    for hidden in (values, values.where(mask, torch.nan)):
        found = interpolate(times, hidden, torch.tensor([-1.0, 0.0, 1.0, 2.0, 5.0]), mask)
        assert found[0].T.tolist() == [[0, 0, 2, 4, 4], [5, 5, 5, 5, 5], [0, 0, 0, 0, 0]]


def test_a_mask_that_is_true_everywhere_changes_nothing():
    times, values = torch.rand(3, 5).sort().values, torch.randn(3, 5, 2)
    grid = torch.linspace(-0.5, 1.5, 9)
    assert torch.equal(interpolate(times, values, grid, torch.ones_like(values) > 0), interpolate(times, values, grid))
