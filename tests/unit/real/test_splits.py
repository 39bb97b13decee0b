import numpy as np
import pytest

from pathlode.errors import ConfigError
from pathlode.real.splits import Hiding, SeriesSplit, split_series


@pytest.mark.parametrize(("by", "share"), [("value", 0.3), ("time", 0.5)])
def test_every_value_is_seen_or_asked_and_none_is_both(measured, by, share):
    split = split_series(measured, 0.25, 0.2, Hiding(share, by), 0)
    seen, asked = (np.isfinite(part(measured, "interpolation")) for part in (split.seen, split.asked))
    assert not (seen & asked).any()
    assert np.array_equal(seen | asked, np.isfinite(measured.values))
    assert asked.sum() / (seen | asked).sum() == pytest.approx(share, abs=0.1)
    starts = np.cumsum(measured.counts) - measured.counts
    assert (np.add.reduceat(seen.sum(axis=1), starts) > 0).all()


def test_all_values_of_a_time_are_hidden_together(measured):
    split = split_series(measured, 0.25, 0.2, Hiding(0.5, "time"), 0)
    asked = np.isfinite(split.asked(measured, "interpolation"))
    both = np.isfinite(measured.values).all(axis=1)
    assert np.array_equal(asked[both, 0], asked[both, 1])
    assert asked[both].any()


def test_something_stays_even_if_nearly_all_is_hidden(measured):
    split = split_series(measured, 0.25, 0.2, Hiding(0.999, "value"), 0)
    seen = np.isfinite(split.seen(measured, "interpolation")).any(axis=1)
    assert np.bincount(measured.owner[seen], minlength=40).min() >= 1


def test_a_forecast_sees_the_first_times_and_is_asked_the_others(measured):
    split = split_series(measured, 0.25, 0.2, Hiding(0.3, "value", first=3), 0)
    seen, asked = split.seen(measured, "forecast"), split.asked(measured, "forecast")
    assert np.isnan(seen[measured.place >= 3]).all()
    assert np.isnan(asked[measured.place < 3]).all()
    early = measured.place < 3
    assert np.array_equal(seen[early], measured.values[early], equal_nan=True)


def test_the_parts_are_disjoint_and_of_the_asked_sizes(measured, tmp_path):
    split = split_series(measured, 0.25, 0.2, Hiding(0.3, "value"), 0)
    assert [len(part) for part in (split.train, split.validation, split.test)] == [24, 8, 8]
    assert sorted([*split.train, *split.validation, *split.test]) == list(range(40))
    split.save(tmp_path / "split.npz")
    assert np.array_equal(SeriesSplit.load(tmp_path / "split.npz").hidden, split.hidden)
    again, other = (split_series(measured, 0.25, 0.2, Hiding(0.3, "value"), number) for number in (0, 1))
    assert np.array_equal(again.test, split.test)
    assert not np.array_equal(other.test, split.test)
    assert not np.array_equal(other.hidden, split.hidden)


def test_a_published_test_part_is_kept(measured):
    measured.given_test[5:15] = True
    split = split_series(measured, 0.2, 0.9, Hiding(0.3, "value"), 3)
    assert split.test.tolist() == list(range(5, 15))
    assert len(split.validation) == 6


@pytest.mark.parametrize("given", [(0.0, "value"), (1.0, "value"), (0.5, "row"), (0.5, "time", 0)])
def test_settings_out_of_range_are_refused(given):
    with pytest.raises(ConfigError, match="expected"):
        Hiding(*given)
