import pytest
import torch

from pathlode.errors import ConfigError
from pathlode.inference.random_designs import DrawnDesigns, RandomDesigns

SETTINGS = {
    "points": (10, 80),
    "noise": (0.1, 0.4),
    "gapped": 0.25,
    "longest_gap": 0.5,
    "usual": 0.4,
    "usual_points": 20,
    "usual_noise": 0.2,
}


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


def test_designs_have_the_distribution_that_is_asked_for():
    n = 20_000
    drawn = RandomDesigns(**SETTINGS).draw(n, generator())
    usual = (drawn.points == 20) & (drawn.noise == 0.2)
    assert float(usual.float().mean()) == pytest.approx(0.4, abs=0.015)
    assert not drawn.length[usual].any()
    others = drawn.points[~usual].double()
    assert (int(others.min()), int(others.max())) == (10, 80)
    assert float(others.log().mean()) == pytest.approx(0.5 * torch.tensor([10.0, 80.0]).log().sum(), abs=0.03)
    assert float(drawn.noise[~usual].log().mean()) == pytest.approx(torch.tensor(0.2).log(), abs=0.02)
    gaps = drawn.length[~usual]
    assert float((gaps > 0).float().mean()) == pytest.approx(0.25, abs=0.015)
    assert float(gaps[gaps > 0].mean()) == pytest.approx(0.25, abs=0.01)
    assert (drawn.first + drawn.length <= 1).all()


def test_the_generator_decides_the_designs():
    one, again, other = (RandomDesigns(**SETTINGS).draw(50, generator(seed)) for seed in (0, 0, 1))
    assert torch.equal(one.noise, again.noise)
    assert not torch.equal(one.noise, other.noise)


def test_a_gap_takes_consecutive_observations_away():
    order = torch.stack([torch.arange(12), torch.arange(12).flip(0), torch.arange(12)])
    drawn = DrawnDesigns(
        points=torch.tensor([12, 6, 10]),
        noise=torch.ones(3),
        first=torch.tensor([0.25, 0.5, 0.4]),
        length=torch.tensor([0.5, 0.5, 0.0]),
    )
    expected = ["111000000111", "000000111000", "111111111100"]
    assert ["".join(str(int(seen)) for seen in row) for row in drawn.mask(order)] == expected


def test_the_longest_gap_leaves_an_observation():
    """Of 10 points a gap of 0.9 takes all but one away."""
    always = {"points": (10, 10), "usual_points": 10, "usual": 0.0, "gapped": 1.0, "longest_gap": 0.9}
    drawn = RandomDesigns(**SETTINGS | always).draw(20_000, generator())
    assert int(drawn.mask(torch.arange(12).expand(20_000, 12)).sum(dim=1).min()) == 1


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"points": (5, 80)}, "random designs have 5 to 80 points, and the usual one 20, expected at least 10 and"),
        ({"usual_points": 90}, "and the usual one 90, expected"),
        (
            {"noise": (0.0, 0.4)},
            "random designs have noise from 0 to 0.4, and the usual one 0.2, expected numbers above 0",
        ),
        ({"usual_noise": 0.5}, "and the usual one 0.5, expected"),
        ({"usual": 1.5}, "random designs have usual 1.5, expected a share"),
        (
            {"longest_gap": 1.0},
            "longest_gap 1, after which nothing is left of 10 points: lower it to at most 1 - 1 / 10",
        ),
        ({"longest_gap": 0.91}, "longest_gap 0.91, after which nothing is left of 10 points"),
    ],
)
def test_designs_that_cannot_be_are_refused(changed, message):
    with pytest.raises(ConfigError, match=message):
        RandomDesigns(**SETTINGS | changed)
