import pytest
import torch

from pathlode.errors import ConfigError
from pathlode.training.views import Views


@pytest.fixture
def generator():
    return torch.Generator().manual_seed(3)


def test_by_default_everything_is_shown_and_asked(generator):
    views = Views()
    for _ in range(5):
        assert torch.equal(views.seen(7, generator), torch.arange(7))
        assert torch.equal(views.asked(7, generator), torch.arange(7))


def test_strides_are_drawn_equally_often_and_begin_with_the_first(generator):
    views = Views(strides=(1, 4, 8))
    drawn = [views.seen(17, generator).tolist() for _ in range(600)]
    expected = [list(range(0, 17, stride)) for stride in (1, 4, 8)]
    assert {tuple(positions) for positions in drawn} == set(map(tuple, expected))
    assert all(150 < drawn.count(positions) < 250 for positions in expected)


def test_subsets_have_their_share_and_are_increasing(generator):
    views = Views(strides=(1,), subsets=0.5, share=(0.2, 0.4))
    drawn = [views.seen(100, generator) for _ in range(400)]
    subsets = [positions for positions in drawn if len(positions) < 100]
    assert 150 < len(subsets) < 250
    assert all(positions[0] == 0 and (positions.diff() > 0).all() for positions in subsets)
    assert {len(positions) for positions in subsets} >= {22, 30, 38}
    assert min(map(len, subsets)) >= 20
    assert max(map(len, subsets)) <= 40
    assert torch.bincount(torch.cat(subsets), minlength=100)[1:].float().std() < 12  # no position is favoured


def test_strides_and_subsets_are_of_the_first_observations(generator):
    assert Views(first=5).seen(20, generator).tolist() == [0, 1, 2, 3, 4]
    assert Views(first=5, strides=(2,)).seen(20, generator).tolist() == [0, 2, 4]
    assert Views(first=5, subsets=1.0).seen(20, generator).max() <= 4
    assert len(Views(first=50).seen(20, generator)) == 20
    assert len(Views(first=5).asked(20, generator)) == 20


def test_what_is_asked_has_the_wanted_number(generator):
    asked = Views(compared=10).asked(100, generator)
    assert len(asked) == 10
    assert asked[0] == 0
    assert (asked.diff() > 0).all()
    assert torch.equal(Views(compared=10).asked(8, generator), torch.arange(8))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"strides": ()}, r"views.strides is \[\], expected whole numbers of at least 1"),
        ({"strides": (0, 1)}, r"views.strides is \[0, 1\]"),
        ({"subsets": 1.5}, "views.subsets is 1.5, expected a probability"),
        ({"share": (0.5, 0.2)}, r"views.share is \[0.5, 0.2\], expected 0 < low <= high <= 1"),
        ({"first": 1}, "views.first is 1, expected null, or at least 2"),
        ({"compared": 1}, "views.compared is 1, expected null, or at least 2"),
    ],
)
def test_what_cannot_be_drawn_is_refused(settings, message):
    with pytest.raises(ConfigError, match=message):
        Views(**settings)
