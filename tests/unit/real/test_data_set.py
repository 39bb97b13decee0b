"""Every measured data set: its invented files are read like the real ones."""

import numpy as np
import pytest

from pathlode.real.data_set import MeasuredDataSet, Reading
from pathlode.registry import MEASURED

SETTINGS = {"physionet": {"interval": 2.0}}


@pytest.mark.parametrize("name", MEASURED)
def test_invented_files_are_read_like_real_ones(name, tmp_path):
    kind = MEASURED[name]
    assert issubclass(kind, MeasuredDataSet)
    files = kind.invent(tmp_path, kind.fewest, np.random.default_rng(0))
    assert [file.name for file in files] == [*kind.files]
    data = kind(**SETTINGS.get(name, {}))
    measured = data.read(files, "invented").measured
    assert (measured.data, measured.source) == (name, "invented")
    assert len(np.unique(measured.labels)) == len(measured.classes)
    assert measured.given_test.any() == kind.has_test
    assert len(measured.counts) >= kind.fewest
    assert set(measured.counts) == {data.length} if data.length else len(set(measured.counts)) > 1


def test_what_was_read_is_counted(measured):
    (row,) = Reading(measured, repeated=3, empty=1).counts().table.to_dict("records")
    known = int(np.isfinite(measured.values).sum())
    assert (row["series"], row["values"], row["missing"]) == (
        len(measured.counts),
        known,
        1 - known / measured.values.size,
    )
    assert (row["repeated"], row["implausible"], row["unknown"], row["empty"]) == (3, 0, 0, 1)
