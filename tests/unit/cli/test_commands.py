import numpy as np
import pandas as pd
import pytest
from small import DAYS, FIT, table

from pathlode import Forecaster, TimeSeries
from pathlode.cli.main import main
from pathlode.cli.tables import read_series
from pathlode.forecasting.forecaster import Forecaster as Home


def run(folder, command, *options, model="model.pt", data="decays.csv", output="out.csv"):
    return main([command, str(folder / model), str(folder / data), *options, "-o", str(folder / output)])


def read(folder):
    """The series of decays.csv."""
    return TimeSeries.from_frame(pd.read_csv(folder / "decays.csv"), series="id", time="t")


def test_predictions_are_those_of_the_forecaster(folder):
    assert run(folder, "predict", "--times", "12, 13.5") == 0
    expected = Forecaster.load(folder / "model.pt").predict(read(folder), [12.0, 13.5]).to_frame()
    pd.testing.assert_frame_equal(pd.read_csv(folder / "out.csv"), expected, rtol=1e-6)


def test_intervals_stand_beside_the_predictions(folder):
    assert run(folder, "predict", "--times", "12, 13.5", "--level", "0.8") == 0
    found, names = pd.read_csv(folder / "out.csv"), list(read(folder).layout.values)
    low, high = Forecaster.load(folder / "model.pt").intervals(read(folder), [12.0, 13.5], 0.8)
    for end, bound in (("low", low), ("high", high)):
        written = found[[f"{name}_{end}" for name in names]].to_numpy()
        np.testing.assert_allclose(written, bound.to_frame()[names], rtol=1e-6)
    assert (found[f"{names[0]}_low"] < found[names[0]]).all()
    assert run(folder, "predict", "--times", "12", "--level", "1.5") != 0


def test_a_horizon_counts_from_the_last_time_of_each_series(folder):
    assert run(folder, "predict", "--horizon", "3", "--points", "2") == 0
    found, last = pd.read_csv(folder / "out.csv"), table().groupby("id", sort=False)["t"].max()
    assert found.groupby("id", sort=False)["t"].min().tolist() == (last + 1.5).tolist()
    assert found.groupby("id", sort=False)["t"].max().tolist() == (last + 3).tolist()


def test_times_before_the_first_one_count_back_from_it(folder, capsys):
    assert run(folder, "predict", "--horizon", "1", "--points", "2", "--backward", "--level", "0.9") == 0
    found, series = pd.read_csv(folder / "out.csv"), read(folder)
    first = series.times[:, :1].numpy()
    assert found["t"].to_numpy().reshape(-1, 2) == pytest.approx(first - [1.0, 0.5])
    expected = Forecaster.load(folder / "model.pt").predict(series, first - [1.0, 0.5], backward=True).to_frame()
    pd.testing.assert_frame_equal(found[expected.columns], expected, rtol=1e-6)
    assert (found["x_low"] < found["x_high"]).all()
    capsys.readouterr()
    assert run(folder, "predict", "--times", "-1") == 1
    assert "lies before the start of the integration: -1 is earlier than" in capsys.readouterr().err


def test_times_of_each_series_stand_in_a_table(folder, capsys):
    planned = pd.DataFrame({"t": [11.0, 15.0, 12.0], "id": ["s3", "s3", "s1"]})
    planned.to_csv(folder / "planned.csv", index=False)
    assert run(folder, "predict", "--times", str(folder / "planned.csv")) == 0
    found = pd.read_csv(folder / "out.csv")
    assert found[["id", "t"]].to_numpy().tolist() == [["s1", 12.0], ["s3", 11.0], ["s3", 15.0]]
    own = Forecaster.load(folder / "model.pt").predict(read(folder)[[1, 3]], [[12.0], [11.0, 15.0]]).to_frame()
    pd.testing.assert_frame_equal(found, own, rtol=1e-6)
    planned.head(2).assign(id="s9").to_csv(folder / "planned.csv", index=False)
    capsys.readouterr()
    assert run(folder, "predict", "--times", str(folder / "planned.csv")) == 1
    assert "planned.csv has times of series 's9', which" in capsys.readouterr().err
    planned.drop(columns="t").to_csv(folder / "planned.csv", index=False)
    assert run(folder, "predict", "--times", str(folder / "planned.csv")) == 1
    assert "planned.csv lacks the column 't': it has id" in capsys.readouterr().err


def test_a_file_of_settings_has_what_has_no_option(folder, monkeypatch, capsys):
    made = []

    def noted(self, series, folder):
        made.append(self)
        raise KeyboardInterrupt

    monkeypatch.setattr(Home, "fit", noted)
    (folder / "more.toml").write_text("[model]\nhidden = 6\n[views]\nshare = [0.5, 1.0]\n")
    options = ["--settings", str(folder / "more.toml"), "--learning-rate", "0.02", "--time-unit", "2", "--seed", "5"]
    assert main(["fit", str(folder / "decays.csv"), *FIT, *options, "-o", str(folder / "none.pt")]) == 130
    assert (made[0].model, made[0].views, made[0].train) == ({"hidden": 6}, {"share": [0.5, 1.0]}, {})
    assert (made[0].learning_rate, made[0].time_unit, made[0].seed, made[0].device) == (0.02, 2.0, 5, "cpu")
    for text, message in (
        ("[modell]", "more.toml has the entry 'modell', expected the tables [model], [train], [views]"),
        ("model = 3", "more.toml has the entry 'model', expected the tables"),
        ("[model", "more.toml cannot be read as a TOML file"),
        ("[model]\nwide = 3", "model has the setting 'wide', expected one of hidden, latent, width"),
        ("[train]\nsteps = 3", "train has the setting 'steps', expected one of batch"),
    ):
        (folder / "more.toml").write_text(text)
        capsys.readouterr()
        assert main(["fit", str(folder / "decays.csv"), *FIT, *options, "-o", str(folder / "none.pt")]) == 2
        told = capsys.readouterr().err
        assert message in told
        assert told.count("\n") == 1


def test_a_device_that_is_not_there_is_refused(folder, capsys):
    absent = "device is 'abacus', which is not there: give one that PyTorch has here, such as 'cpu'"
    assert run(folder, "summarise", "--device", "abacus") == 2
    assert absent in capsys.readouterr().err
    assert main(["fit", str(folder / "decays.csv"), *FIT, "--device", "abacus", "-o", str(folder / "none.pt")]) == 2
    assert absent in capsys.readouterr().err
    assert run(folder, "summarise", "--device", "cpu") == 0


def test_a_fit_tells_its_errors_beside_those_of_simple_predictions(folder, capsys):
    assert main(["fit", str(folder / "decays.csv"), *FIT, "-o", str(folder / "told.pt")]) == 0
    told = capsys.readouterr().err
    errors = Forecaster.load(folder / "told.pt").fitted.compared["inside"]
    assert (
        f"errors in standard deviations, between observations: fit {errors['fit']:.2g}, line {errors['line']:.2g}"
        in told
    )


def test_a_column_without_a_name_is_no_value(folder, monkeypatch):
    given = []

    def noted(self, series, folder):
        given.append(series.layout.values)
        raise KeyboardInterrupt

    monkeypatch.setattr(Home, "fit", noted)
    table().to_csv(folder / "indexed.csv")
    assert main(["fit", str(folder / "indexed.csv"), *FIT, "-o", str(folder / "none.pt")]) == 130
    assert given == [("x", "y")]


def test_labels_stay_as_they_are_written(folder):
    for old, new in (("s", "00"), ("s0", "NA"), ("s", "1.")):
        given = table().assign(id=lambda rows, old=old, new=new: rows["id"].str.replace(old, new))
        given.to_csv(folder / "labels.csv", index=False)
        assert run(folder, "summarise", data="labels.csv") == 0
        found = pd.read_csv(folder / "out.csv", dtype=str, keep_default_na=False)
        assert found["id"].tolist() == given["id"].unique().tolist()
    table().assign(id=lambda rows: rows["id"].str[1:].astype(int)).to_csv(folder / "labels.csv", index=False)
    assert read_series(folder / "labels.csv", {"series": "id", "time": "t"}).layout.labels.dtype == "int64"


def test_dates_labels_and_zones_come_back_in_parquet(folder):
    options = ["--times", "2024-05-01 12:00,2024-05-02T00:00:00Z"]
    assert run(folder, "predict", *options, model="dated.pt", data="dated.parquet", output="out.parquet") == 0
    found, given = pd.read_parquet(folder / "out.parquet"), pd.read_parquet(folder / "dated.parquet")
    assert found[["id", "t"]].dtypes.equals(given[["id", "t"]].dtypes)
    assert found["t"].head(2).tolist() == [
        pd.Timestamp(f"2024-05-0{d}", tz="Europe/Berlin") for d in ("1 12:00", "2 02:00")
    ]
    assert run(folder, "predict", "--horizon", "12h", model="dated.pt", data="dated.parquet", output="out.parquet") == 0
    ends = pd.read_parquet(folder / "out.parquet").groupby("id", observed=True)["t"].max()
    assert (ends - given.groupby("id", observed=True)["t"].max() == pd.Timedelta("12h")).all()


def test_dates_are_read_from_text(folder):
    table().assign(t=DAYS.map(lambda date: date.tz_convert("UTC").isoformat())).to_csv(folder / "text.csv", index=False)
    assert run(folder, "impute", model="dated.pt", data="text.csv") == 0
    imputed = pd.read_csv(folder / "out.csv")
    assert imputed.notna().all(axis=None)
    assert pd.to_datetime(imputed["t"]).tolist() == DAYS.tolist()


def test_imputed_tables_keep_what_was_observed(folder):
    assert run(folder, "impute") == 0
    given, imputed = pd.read_csv(folder / "decays.csv"), pd.read_csv(folder / "out.csv")
    assert imputed.notna().all(axis=None)
    pd.testing.assert_frame_equal(imputed.where(given.notna()), given)


def test_summaries_are_one_row_a_series(folder):
    assert run(folder, "summarise") == 0
    found = pd.read_csv(folder / "out.csv")
    assert found["id"].tolist() == [f"s{index}" for index in range(8)]
    expected = Forecaster.load(folder / "model.pt").summarise(read(folder)).numpy()
    assert found.drop(columns="id").to_numpy() == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize(
    ("model", "data", "horizon", "output", "start"),
    [
        ("model.pt", "decays.csv", "3", "figure.png", b"\x89PNG"),
        ("dated.pt", "dated.parquet", "2D", "figure.svg", b"<?xml"),
    ],
)
def test_a_figure_is_drawn(folder, model, data, horizon, output, start):
    options = ["--horizon", horizon, "--number", "2", "--level", "0.8"]
    assert run(folder, "plot", *options, model=model, data=data, output=output) == 0
    assert (folder / output).read_bytes().startswith(start)


@pytest.mark.fault(
    "the command `pathlode fit` is interrupted", "the same command continues and ends with the same model"
)
def test_an_interrupted_fit_continues_by_the_same_command(folder, monkeypatch, capsys):
    save = Home.save

    def interrupted(self, path):
        raise KeyboardInterrupt

    command = ["fit", str(folder / "decays.csv"), *FIT, "-o", str(folder / "again.pt")]
    monkeypatch.setattr(Home, "save", interrupted)
    assert main(command) == 130
    assert "interrupted; the same command continues" in capsys.readouterr().err
    assert not (folder / "again.pt").exists()
    monkeypatch.setattr(Home, "save", save)
    assert main(command) == 0
    first, second = (Forecaster.load(folder / name).summarise(read(folder)) for name in ("model.pt", "again.pt"))
    assert first.equal(second)
    assert not list(folder.glob(".again*"))
