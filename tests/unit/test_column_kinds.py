import io

import pandas as pd
import pytest

from pathlode.column_kinds import Flag, Text, Whole, refuse_other_kinds, types_of_text
from pathlode.errors import DataError

COLUMNS = {
    "star": Text("its name"),
    "mass": "in solar masses",
    "planets": Whole("number"),
    "giants": Flag("whether any is one"),
}


def read(*rows):
    return pd.read_csv(io.StringIO("\n".join(["star,mass,planets,giants", *rows])), dtype=types_of_text(COLUMNS))


def test_entries_of_the_declared_kinds_may_be_missing():
    for table in (read("051,1e-1,8,True", ",inf,,", "7,,0.0,False"), read("051,,,"), read()):
        refuse_other_kinds(table, COLUMNS)


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("a,1 sun,1,True", r"column 'mass' \(in solar masses\), row number 2: '1 sun' is no number"),
        ("a,True,1,True", "row number 2: 'True' is no number"),
        ("a,1,1.5,True", "row number 2: '1.5' is no whole number"),
        ("a,1,inf,True", "row number 2: 'inf' is no whole number"),
        ("a,1,one,True", "row number 2: 'one' is no whole number"),
        ("a,1,1,yes", "row number 2: 'yes' is no flag, True or False"),
        ("a,1,1,1", "row number 2: '1' is no flag, True or False"),
    ],
)
def test_an_entry_of_another_kind_is_named(row, told):
    with pytest.raises(DataError, match=told):
        refuse_other_kinds(read("b,2,0,False", row), COLUMNS)
    with pytest.raises(DataError, match=told.replace("number 2", "number 1")):
        refuse_other_kinds(read(row), COLUMNS)
