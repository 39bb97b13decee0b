import numpy as np
import pandas as pd
import pytest

from pathlode.cli.csv_files import read_csv

EXPECTED = pd.DataFrame({"id": ["a", "b"], "t": [0, 1], "x": [1.5, np.nan]})


@pytest.mark.parametrize(
    "text",
    [
        "id;t;x\na;0;1,5\nb;1;\n",
        "id;t;x\na;0;1.5\nb;1;\n",
        "id\tt\tx\na\t0\t1.5\nb\t1\t\n",
        '"id";"t";"x"\r\n"a";"0";"1,5"\r\n"b";"1";""\r\n',
        "# by; a logger\nid;t;x\na;0;1,5\n# paused\nb;1;\n",
        "id,t,x\na,0,1.5\nb,1,\n,,\n,,\n",
        "id;t;x\na;0;1,5\nb;1;\n;;\n",
    ],
)
def test_tables_of_spreadsheets_are_read(text, tmp_path):
    (tmp_path / "table.csv").write_text(text)
    found = read_csv(tmp_path / "table.csv", "id")
    pd.testing.assert_frame_equal(found, EXPECTED, check_dtype=False)
    assert found["x"].dtype == float


def test_rows_without_cells_stay_between_others(tmp_path):
    (tmp_path / "table.csv").write_text("id,t,x\na,0,1.5\n,,\nb,1,2\n")
    assert read_csv(tmp_path / "table.csv", "id")["id"].isna().tolist() == [False, True, False]


def test_points_and_commas_together_are_left_as_text(tmp_path):
    (tmp_path / "table.csv").write_text("id;t;x\na;0;1.234,5\nb;1;2,5\nc;1;2.5\n")
    assert read_csv(tmp_path / "table.csv", "id")["x"].tolist() == ["1.234,5", "2,5", "2.5"]
