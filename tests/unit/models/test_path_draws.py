import pytest
import torch

from pathlode.errors import DataError
from pathlode.models.path_draws import PATHS, PathDraws, drawn_by_seeds

LIKE = torch.zeros(1, dtype=torch.float64)


def test_half_of_the_paths_are_drawn_and_the_others_are_their_opposites():
    draws = drawn_by_seeds((3, 4), 5, 6, 7, 70, LIKE)
    shapes = [tuple(part.shape) for part in (draws.start, draws.inside, draws.beyond)]
    assert shapes == [(2, PATHS, 5), (7, 2, PATHS, 6), (70, 2, PATHS, 6)]
    for part in (draws.start, draws.inside, draws.beyond):
        half = part[..., : PATHS // 2, :]
        assert torch.equal(part[..., PATHS // 2 :, :], -half)
        assert 0.7 < half.std() < 1.3


def test_a_member_s_draws_depend_on_its_seed_alone():
    both, one = drawn_by_seeds((3, 4), 5, 6, 7, 8, LIKE), drawn_by_seeds((4,), 5, 6, 7, 8, LIKE)
    assert torch.equal(both.start[1:], one.start)
    assert torch.equal(both.inside[:, 1:], one.inside)
    assert not torch.equal(both.start[0], both.start[1])


@pytest.mark.parametrize("steps", [0, 1, 63, 64, 65])
def test_the_draws_of_a_step_do_not_depend_on_those_that_follow(steps):
    few, many = (drawn_by_seeds((3,), 5, 6, 7, count, LIKE) for count in (steps, 200))
    assert torch.equal(few.beyond, many.beyond[:steps])
    assert torch.equal(few.inside, many.inside)


def test_the_paths_of_a_training_are_read_from_its_draws():
    noise = torch.arange(2 * 3 * (5 + 2 * 4 * 6)).view(2, 3, -1)
    draws = PathDraws.of_noise(noise, 5, 4, 6)
    assert torch.equal(draws.start, noise[..., :5])
    assert torch.equal(draws.inside[1], noise[..., 5 + 6 : 5 + 12])
    assert torch.equal(draws.beyond[3], noise[..., -6:])
    with pytest.raises(
        DataError, match=r"noise has 53 draws per trajectory, expected 65: as many as model.draws\(5\) says"
    ):
        PathDraws.of_noise(noise, 5, 5, 6)


def test_every_trajectory_has_the_same_draws():
    draws = drawn_by_seeds((3,), 5, 6, 7, 8, LIKE)
    some = draws.some(slice(4, 6), 3)
    assert some.start.shape == (1, 6, 5)
    assert torch.equal(some.inside[:, :, [0, 1, 2]], draws.inside[:, :, [4, 4, 4]])
    assert torch.equal(some.start[:, 3], draws.start[:, 5])
