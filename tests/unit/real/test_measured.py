import numpy as np
import pytest

from pathlode.errors import DataError
from pathlode.real.measured import MeasuredSeries


def test_rows_and_series(measured):
    times, values = measured.padded()
    first = measured.counts[0]
    assert measured.owner[first - 1 : first + 1].tolist() == [0, 1]
    assert measured.place[first - 1 : first + 1].tolist() == [first - 1, 0]
    assert np.array_equal(times[0, :first], np.arange(first))
    assert np.isnan(times[0, first:]).all()
    assert np.array_equal(values[0, :first], measured.values[:first], equal_nan=True)
    assert np.isfinite(values).sum() == np.isfinite(measured.values).sum()
    assert (measured.padded(np.zeros_like(measured.values))[1][0, :first] == 0).all()


def test_it_is_a_file(measured, tmp_path):
    measured.save(tmp_path / "series.npz")
    again = MeasuredSeries.load(tmp_path / "series.npz")
    assert np.array_equal(again.values, measured.values, equal_nan=True)
    assert (again.target, again.classes, again.names[3]) == ("kind", ["low", "high"], "s3")
    (tmp_path / "series.npz").write_bytes(b"cut")
    with pytest.raises(DataError, match=r"series\.npz cannot be read as measured series"):
        MeasuredSeries.load(tmp_path / "series.npz")
