from dataclasses import replace

import pytest
import torch

from pathlode.core.series import TimeSeries
from pathlode.errors import ConfigError
from pathlode.training.views import Views


@pytest.fixture
def generator():
    return torch.Generator().manual_seed(3)


def seen(views, points, generator):
    """Positions of what is shown of a complete series."""
    times = torch.arange(float(points)).repeat(2, 3, 1)
    shown, values = views.seen(times, 10 * times[..., None], generator)
    assert torch.equal(values[..., 0], 10 * shown)
    assert (shown == shown[0, 0]).all()
    return shown[0, 0].long()


def asked(views, points, generator):
    times = torch.arange(float(points)).repeat(2, 3, 1)
    return views.asked(times, 10 * times[..., None], generator)[0][0, 0].long()


def test_by_default_everything_is_shown_and_asked(generator):
    views = Views()
    for _ in range(5):
        assert torch.equal(seen(views, 7, generator), torch.arange(7))
        assert torch.equal(asked(views, 7, generator), torch.arange(7))


def test_strides_are_drawn_equally_often_and_begin_with_the_first(generator):
    views = Views(strides=(1, 4, 8))
    drawn = [seen(views, 17, generator).tolist() for _ in range(600)]
    expected = [list(range(0, 17, stride)) for stride in (1, 4, 8)]
    assert {tuple(positions) for positions in drawn} == set(map(tuple, expected))
    assert all(150 < drawn.count(positions) < 250 for positions in expected)


def test_subsets_have_their_share_and_are_increasing(generator):
    views = Views(strides=(1,), subsets=0.5, share=(0.2, 0.4))
    drawn = [seen(views, 100, generator) for _ in range(400)]
    subsets = [positions for positions in drawn if len(positions) < 100]
    assert 150 < len(subsets) < 250
    assert all(positions[0] == 0 and (positions.diff() > 0).all() for positions in subsets)
    assert {len(positions) for positions in subsets} >= {22, 30, 38}
    assert min(map(len, subsets)) >= 20
    assert max(map(len, subsets)) <= 40
    assert torch.bincount(torch.cat(subsets), minlength=100)[1:].float().std() < 12  # no position is favoured


def test_strides_and_subsets_are_of_the_first_observations(generator):
    assert seen(Views(first=5), 20, generator).tolist() == [0, 1, 2, 3, 4]
    assert seen(Views(first=5, strides=(2,)), 20, generator).tolist() == [0, 2, 4]
    assert seen(Views(first=5, subsets=1.0), 20, generator).max() <= 4
    assert len(seen(Views(first=50), 20, generator)) == 20
    assert len(asked(Views(first=5), 20, generator)) == 20


def test_what_is_asked_has_the_wanted_number(generator):
    drawn = asked(Views(compared=10), 100, generator)
    assert len(drawn) == 10
    assert drawn[0] == 0
    assert (drawn.diff() > 0).all()
    assert torch.equal(asked(Views(compared=10), 8, generator), torch.arange(8))


def test_the_draw_of_a_complete_series_is_of_positions(generator):
    """The first position and the first entries of a permutation of the others."""
    again = torch.Generator().manual_seed(3)
    drawn = seen(Views(subsets=1.0, share=(0.3, 0.3)), 20, generator)
    for _ in range(2):  # whether a subset is drawn, and its share
        torch.rand((), generator=again)
    others = 1 + torch.randperm(19, generator=again)[:5]
    assert drawn.tolist() == [0, *sorted(others.tolist())]


def incomplete():
    """Four series of 1, 2, 6 and 20 observations. The third begins with a time at which nothing was observed."""
    nan = torch.nan
    numbers = [torch.arange(float(n)) + 1 for n in (1, 2, 7, 20)]
    values = [torch.stack([x, x], dim=-1) for x in numbers]
    values[2][0] = nan
    values[3][3, 0] = values[3][5, 1] = nan
    return TimeSeries.of(list(zip(numbers, values, strict=True)))


VARIED = [
    Views(subsets=1.0, share=(0.1, 0.5)),
    Views(strides=(1, 3, 9)),
    Views(first=3, subsets=0.5),
    Views(first=4, strides=(2,)),
]


@pytest.mark.parametrize("views", VARIED, ids=str)
def test_every_incomplete_series_shows_some_of_its_own_observations(views, generator):
    given = incomplete()
    for _ in range(50):
        shown = TimeSeries(*views.seen(given.times, given.values, generator))
        assert torch.equal(shown.times[:, 0], given.times[:, 0])
        for row in range(4):
            length = int(shown.lengths[row])
            times, values = shown.times[row, :length], shown.values[row, :length]
            places = times.long() - 1
            assert torch.equal(values.nan_to_num(), given.values[row, places].nan_to_num())
            present = int((~values.isnan()).any(dim=-1).sum())
            assert present >= (1 if row == 0 or views.strides != (1,) else 2)
            assert present <= (views.first or 20)


def test_each_trajectory_begins_at_an_observation_of_its_own_and_keeps_all_that_follow(generator):
    """Of 10 observations at most 5 are left out; members share the draw."""
    times = torch.arange(10.0).repeat(2, 3, 1)
    firsts = []
    for _ in range(300):
        begun, values = Views(later=0.5).begun(times, 10 * times[..., None], generator)
        assert torch.equal(begun[0].nan_to_num(), begun[1].nan_to_num())
        assert torch.equal(values[..., 0].nan_to_num(), 10 * begun.nan_to_num())
        for row in begun[0]:
            own = row[~row.isnan()]
            assert own.tolist() == list(range(int(own[0]), 10))
            firsts.append(int(own[0]))
    counts = torch.bincount(torch.tensor(firsts))
    assert counts.tolist() == pytest.approx([150] * 6, abs=45)
    assert Views().begun(times, times, generator)[0] is times


def test_an_incomplete_series_begins_at_one_of_its_observations_and_keeps_two(generator):
    given = incomplete()
    for _ in range(50):
        begun = TimeSeries(*Views(later=0.9).begun(given.times, given.values, generator))
        present = ~begun.values.isnan().all(dim=-1)
        assert present[:, 0].all()
        assert [int(each) for each in present.sum(dim=1)[:2]] == [1, 2]
        assert (present.sum(dim=1)[2:] >= 2).all()
        assert begun.times.nan_to_num().amax(dim=1).tolist() == [1, 2, 7, 20]


def test_a_short_series_shows_the_same_share_as_a_long_one(generator):
    pairs = [(torch.arange(float(n)), torch.ones(n, 1)) for n in (10, 100)]
    given = TimeSeries.of(pairs)
    for _ in range(20):
        times, _ = Views(subsets=1.0, share=(0.3, 0.3)).seen(given.times, given.values, generator)
        assert (~times.isnan()).sum(dim=1).tolist() == [3, 30]


def test_as_many_observations_of_each_series_are_asked_as_it_has_up_to_the_wanted_number(generator):
    given, drawn = incomplete(), []
    for _ in range(200):
        asked_of = TimeSeries(*Views(compared=4).asked(given.times, given.values, generator))
        assert asked_of.lengths.tolist() == [1, 2, 5, 4]  # of the third also its first time, without a value
        drawn.append(asked_of.times[3, 1:4])
    assert torch.cat(drawn).unique().tolist() == list(range(2, 21))


@pytest.mark.parametrize("views", [*VARIED, Views(compared=3)], ids=str)
def test_more_padding_does_not_change_what_is_drawn(views):
    given, nan = incomplete(), torch.nan
    longer = (
        torch.nn.functional.pad(given.times, (0, 5), value=nan),
        torch.nn.functional.pad(given.values, (0, 0, 0, 5), value=nan),
    )
    for draw in (views.seen, views.asked, replace(views, later=0.6).begun):
        one, other = (
            TimeSeries(*draw(*series, torch.Generator().manual_seed(5))).trimmed()
            for series in ((given.times, given.values), longer)
        )
        assert torch.equal(one.times.nan_to_num(), other.times.nan_to_num())
        assert torch.equal(one.values.nan_to_num(), other.values.nan_to_num())


def test_validation_shows_the_first_observations():
    given = incomplete()
    times, values = Views(first=2).in_validation(given.times, given.values)
    assert times.nan_to_num().tolist() == [[1, 0, 0], [1, 2, 0], [1, 2, 3], [1, 2, 0]]
    assert values[2, :, 0].nan_to_num().tolist() == [0, 2, 3]
    assert Views().in_validation(given.times, given.values)[0] is given.times


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"later": 1.0}, "views.later is 1.0, expected a share of at least 0 and below 1"),
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


@pytest.mark.parametrize(
    ("settings", "counts"),
    [
        ({}, (10, 30)),
        ({"strides": (1, 4)}, (3, 30)),
        ({"later": 0.55}, (5, 30)),
        ({"later": 0.95}, (2, 30)),
        ({"subsets": 0.5, "share": (0.1, 0.5)}, (2, 30)),
        ({"subsets": 0.5, "share": (0.4, 1.0)}, (4, 30)),
        ({"subsets": 1.0, "share": (0.4, 1.0), "strides": (5,)}, (4, 30)),
        ({"first": 20}, (10, 20)),
        ({"first": 6, "strides": (1, 2)}, (3, 6)),
        ({"strides": (2, 3)}, (4, 15)),
        ({"subsets": 1.0, "share": (0.6, 0.8)}, (6, 24)),
    ],
)
def test_views_know_how_many_observations_the_encoder_sees(settings, counts):
    assert Views(**settings).counts(10, 30) == counts
