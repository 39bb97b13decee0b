import re

import numpy as np
import pytest

from pathlode.errors import DataError
from pathlode.real.hudson_bay import read_pelts

TABLE = "# a comment\nYear, Lynx, Hare\n1900, 4.0, 30.0\n1901, 6.1, 47.2\n1902, 9.8, 70.2\n"


@pytest.fixture
def written(tmp_path):
    def write(text):
        path = tmp_path / "pelts.csv"
        path.write_text(text)
        return path

    return write


def test_hares_come_first(written):
    pelts = read_pelts(written(TABLE))
    assert pelts.years.tolist() == [1900, 1901, 1902]
    assert np.array_equal(pelts.values, [[30.0, 4.0], [47.2, 6.1], [70.2, 9.8]])


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("Lynx", "Fox", "cannot be read as a table with the columns Year, Lynx and Hare"),
        ("1901, 6.1", "1901, many", "cannot be read as a table with the columns Year, Lynx and Hare"),
        ("1901", "1900", "has years that do not follow each other"),
        ("6.1", "0", "the pelts of 1901 are not positive numbers"),
        ("70.2", "", "the pelts of 1902 are not positive numbers"),
    ],
)
def test_a_damaged_table_is_refused_in_a_sentence(written, old, new, message):
    with pytest.raises(DataError, match=message):
        read_pelts(written(TABLE.replace(old, new)))


def test_a_missing_table_is_refused_in_a_sentence(tmp_path):
    with pytest.raises(DataError, match=re.escape("(it does not exist): fetch it again")):
        read_pelts(tmp_path / "none.csv")
