import numpy as np
import pandas as pd
import pytest
from small import SMALL, table

from pathlode import Forecaster, TimeSeries
from pathlode.cli.main import main
from pathlode.cli.tables import read_file
from pathlode.errors import DataError
from pathlode.forecasting.forecaster import Forecaster as Home

FIT = ["--series", "id", "--time", "t", "--steps", "20", "--members", "1", "--weight", "0.1"]


def run(folder, command, *options, model="model.pt", data="decays.csv", output="out.csv"):
    return main([command, str(folder / model), str(folder / data), *options, "-o", str(folder / output)])


@pytest.fixture(scope="module")
def driven(tmp_path_factory):
    """Tables with a covariate and an input, in the same table and in one of their own, with models of both and of neither."""
    folder = tmp_path_factory.mktemp("tables")
    table().to_csv(folder / "decays.csv", index=False)
    given = table().assign(age=lambda rows: rows["id"].str[1:].astype(int))
    doses = pd.DataFrame(
        {"id": np.repeat(given["id"].unique(), 3), "t": [0.0, 5.0, 30.0] * 8, "dose": range(24), "air": 1.0}
    )
    doses.to_csv(folder / "doses.csv", index=False)
    given.to_csv(folder / "ages.csv", index=False)
    given.assign(dose=np.sin(given["t"])).to_csv(folder / "driven.csv", index=False)
    names, small = {"series": "id", "time": "t"}, SMALL | {"members": 1}
    Forecaster(**small).fit(TimeSeries.from_frame(table(), **names)).save(folder / "model.pt")
    own = TimeSeries.from_frame(given, **names, static=["age"], inputs=doses)
    Forecaster(**small).fit(own).save(folder / "own.pt")
    one = TimeSeries.from_frame(pd.read_csv(folder / "driven.csv"), **names, values=["x", "y"], inputs=["dose"])
    Forecaster(**small).fit(one).save(folder / "driven.pt")
    return folder


@pytest.mark.parametrize("data", ["driven.csv", "ages.csv"])
def test_a_fit_reads_inputs_and_covariates(driven, data, monkeypatch):
    given = []

    def noted(self, series, folder):
        given.append(series)
        raise KeyboardInterrupt

    monkeypatch.setattr(Home, "fit", noted)
    inputs = "dose" if data == "driven.csv" else str(driven / "doses.csv")
    command = ["fit", str(driven / data), *FIT, "--static", "age", "--inputs", inputs]
    assert main([*command, "--values", "x, y", "-o", str(driven / "none.pt")]) == 130
    assert (given[0].features, given[0].static[:, 0].tolist()) == (2, list(range(8)))
    expected = ("dose",) if data == "driven.csv" else ("dose", "air")
    assert given[0].inputs.layout.values == expected


def test_inputs_and_covariates_are_read_from_one_table_or_two(driven):
    at, inputs = ["--times", "12, 30"], ["--inputs", str(driven / "doses.csv")]
    assert run(driven, "predict", *at, *inputs, model="own.pt", data="ages.csv") == 0
    table, doses = (pd.read_csv(driven / f"{name}.csv") for name in ("ages", "doses"))
    series = TimeSeries.from_frame(table, series="id", time="t", static=["age"], inputs=doses)
    expected = Forecaster.load(driven / "own.pt").predict(series, [12.0, 30.0]).to_frame()
    pd.testing.assert_frame_equal(pd.read_csv(driven / "out.csv"), expected, rtol=1e-6)
    assert run(driven, "impute", model="driven.pt", data="driven.csv") == 0
    found, given = pd.read_csv(driven / "out.csv"), pd.read_csv(driven / "driven.csv")
    assert found["dose"].equals(given["dose"])
    assert found[["x", "y"]].notna().all(axis=None)
    assert run(driven, "summarise", *inputs, model="driven.pt", data="decays.csv") == 0  # of a table of its own now


def test_a_fault_of_inputs_is_one_sentence(driven, capsys):
    pd.read_csv(driven / "doses.csv").drop(columns="air").to_csv(driven / "less.csv", index=False)
    own, doses = {"model": "own.pt", "data": "ages.csv"}, str(driven / "doses.csv")
    for options, more, code, message in (
        ([], own, 2, "own.pt reads the inputs dose, air from a table of their own: name its file by --inputs"),
        (["--inputs", str(driven / "less.csv")], own, 1, "less.csv lacks the column 'air': it has id, t, dose"),
        (["--inputs", "none.csv"], own, 1, "none.csv does not exist"),
        (["--inputs", doses], {}, 1, "decays.csv has 2 inputs, but the forecaster was fitted to 0"),
        ([], {"model": "driven.pt"}, 1, "decays.csv: the table lacks the column 'dose': it has id, t, x, y"),
        (["--inputs", doses], own | {"output": "doses.csv"}, 2, "doses.csv is read by this command"),
    ):
        capsys.readouterr()
        assert run(driven, "summarise", *options, **more) == code, message
        told = capsys.readouterr().err
        assert message in told
        assert told.count("\n") == 1
    assert run(driven, "predict", "--times", "31", "--inputs", doses, **own) == 1
    assert (
        "query times: series 's0', time number 1 is 31, but its inputs are known from 0 to 30 only"
        in capsys.readouterr().err
    )


@pytest.mark.parametrize(
    "text",
    [
        "id,t,x\na,0,1\nb,1,\n",
        "\ufeffid , t, x \r\na,0,1\r\nb,1\r\n",
        "id,t,x\na,0,1,\nb,1,,\n",
        ",id,t,x\n7,a,0,1\n8,b,1,\n",
        "# by a logger\n# twice\nid,t,x\na,0,1\n# paused\nb,1,\n",
    ],
)
def test_a_file_is_read_by_its_first_line(text, tmp_path):
    (tmp_path / "table.csv").write_text(text, encoding="utf-8")
    expected = pd.DataFrame({"id": ["a", "b"], "t": [0, 1], "x": [1.0, np.nan]})
    pd.testing.assert_frame_equal(read_file(tmp_path / "table.csv"), expected)
    expected.set_index("id").to_parquet(tmp_path / "table.parquet")
    pd.testing.assert_frame_equal(read_file(tmp_path / "table.parquet"), expected)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "id,t,x\na,0,1,5\nb,1,2,6\n",
            "table.csv has rows of more cells than the 3 names of its first line: name every",
        ),
        ("id,t,x\na,0,1\nb,1,2,6\n", "table.csv cannot be read as a table .*Expected 3 fields in line 3, saw 4"),
        ("id,t,x,x\na,0,1,5\n", "table.csv has two columns 'x': rename one of them"),
    ],
)
def test_cells_without_a_name_of_their_own_are_refused(text, message, tmp_path):
    """pandas would take the first column of the first table for labels of rows, and shift the others."""
    (tmp_path / "table.csv").write_text(text)
    with pytest.raises(DataError, match=message):
        read_file(tmp_path / "table.csv")


def test_labels_in_a_column_that_z0_needs_are_refused(driven, capsys):
    Forecaster(**SMALL).fit(
        TimeSeries.from_frame(table(8).rename(columns={"id": "z0_1"}), series="z0_1", time="t")
    ).save(driven / "taken.pt")
    table(8).rename(columns={"id": "z0_1"}).to_csv(driven / "taken.csv", index=False)
    assert run(driven, "summarise", model="taken.pt", data="taken.csv") == 1
    assert "has the labels in the column 'z0_1', which a part of z0 is called: rename it" in capsys.readouterr().err


def test_a_label_or_name_that_begins_as_a_comment_does_is_none(tmp_path):
    (tmp_path / "table.csv").write_text("#id,t,x\n#1,0,1\n#2,0,2\n")
    assert read_file(tmp_path / "table.csv", "#id")["#id"].tolist() == ["#1", "#2"]


def test_durations_that_a_command_wrote_are_read(driven):
    """Their horizon may have a unit."""
    data = table().assign(t=pd.to_timedelta(table()["t"], unit="h"))
    Forecaster(**SMALL | {"members": 1}).fit(TimeSeries.from_frame(data, series="id", time="t")).save(
        driven / "hours.pt"
    )
    data.to_csv(driven / "hours.csv", index=False)
    assert run(driven, "predict", "--horizon", "6h", "--points", "2", model="hours.pt", data="hours.csv") == 0
    found = pd.read_csv(driven / "out.csv")
    last = data.groupby("id", sort=False)["t"].max()
    assert (pd.to_timedelta(found["t"][1::2]).to_numpy() == (last + pd.Timedelta("6h")).to_numpy()).all()
    assert run(driven, "predict", "--times", "40h", model="hours.pt", data="hours.csv") == 0
    assert set(pd.to_timedelta(pd.read_csv(driven / "out.csv")["t"])) == {pd.Timedelta("40h")}
