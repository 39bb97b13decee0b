import subprocess
import sys

import numpy as np
import pytest
from small import DAYS, FIT, table

from pathlode import Forecaster, save_model
from pathlode.cli.main import main


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        (
            {"t": ["soon", *table()["t"][1:].astype(str)]},
            "column 't', row number 1: 'soon' is neither a number nor a date",
        ),
        ({"x": ["?", *table()["x"][1:].astype(str)]}, "column 'x', row number 1: '?' is text, expected a number"),
        ({"y": None}, "the table lacks the column 'y': it has id, t, x"),
        ({"t": table()["t"].where(table().index != 2)}, "column 't', row number 3: the time is nan"),
        ({"t": [9.0, *table()["t"][1:]]}, "column 't', series 's0', row number 2: the time"),
        ({"x": [np.inf, *table()["x"][1:]]}, "column 'x', row number 1: the value is inf"),
        ({"id": [None, *table()["id"][1:]]}, "column 'id', row number 1: the label of the series is missing"),
        ({"t": DAYS.map(lambda date: date.isoformat())}, "column 't' mixes time zones"),
        (
            {"t": DAYS.map(lambda date: date.tz_convert("UTC").isoformat())},
            "are dates, but the forecaster was fitted to number",
        ),
    ],
)
def test_a_fault_in_the_data_is_one_sentence_and_leaves_the_output(folder, tmp_path, changed, message, capsys):
    bad = table().assign(**{name: column for name, column in changed.items() if column is not None})
    bad.drop(columns=[name for name, column in changed.items() if column is None]).to_csv(
        tmp_path / "bad.csv", index=False
    )
    (tmp_path / "out.csv").write_text("old")
    capsys.readouterr()
    assert main(["impute", str(folder / "model.pt"), str(tmp_path / "bad.csv"), "-o", str(tmp_path / "out.csv")]) == 1
    told = capsys.readouterr().err
    assert told.startswith("pathlode: ")
    assert str(tmp_path / "bad.csv") in told
    assert message in told
    assert told.count("\n") == 1
    assert (tmp_path / "out.csv").read_text() == "old"


def test_a_fault_in_a_file_is_one_sentence(folder, tmp_path, capsys):
    (tmp_path / "empty.csv").write_text("")
    (tmp_path / "broken.parquet").write_text("no table")
    (tmp_path / "latin.csv").write_bytes("id,t,x\né,1,2\n".encode("latin-1"))
    (tmp_path / "broken.pt").write_text("no model")
    (tmp_path / "cut.pt").write_bytes((folder / "model.pt").read_bytes()[:2000])
    save_model(tmp_path / "other.pt", Forecaster.load(folder / "model.pt").fitted.model)
    pairs = [([float(i), i + 1.0, i + 2.0], [0.0, 1.0, float(i)]) for i in range(4)]
    small = {"members": 1, "steps": 20, "weight": 0.1, "train": {"solver_steps": 2, "solver_error_share": 1e9}}
    Forecaster(**small).fit(pairs).save(tmp_path / "arrays.pt")
    model, data, out = (str(folder / name) for name in ("model.pt", "decays.csv", "out.csv"))
    for arguments, message in (
        ([model, str(tmp_path / "none.csv"), "-o", out], "none.csv does not exist"),
        ([model, str(tmp_path / "empty.csv"), "-o", out], "empty.csv cannot be read as a table (No columns to parse"),
        ([model, str(tmp_path / "broken.parquet"), "-o", out], "broken.parquet cannot be read as a table"),
        ([model, str(tmp_path / "a.xlsx"), "-o", out], "a.xlsx ends with '.xlsx', expected .csv or .parquet"),
        (
            [model, str(tmp_path / "latin.csv"), "-o", out],
            "latin.csv cannot be read as a table (it is not text in UTF-8)",
        ),
        ([model, str(tmp_path), "-o", out], "has no ending, expected .csv or .parquet"),
        ([str(tmp_path / "none.pt"), data, "-o", out], "none.pt does not exist"),
        (
            [str(tmp_path / "broken.pt"), data, "-o", out],
            "broken.pt cannot be read as a file of pathlode (it is of another",
        ),
        ([str(tmp_path / "cut.pt"), data, "-o", out], "cut.pt cannot be read as a file of pathlode (it is damaged)"),
        ([str(tmp_path / "other.pt"), data, "-o", out], "other.pt holds models, but no forecaster"),
        ([str(tmp_path / "arrays.pt"), data, "-o", out], "arrays.pt was not fitted to a table: use it in Python"),
    ):
        capsys.readouterr()
        assert main(["impute", *arguments]) == 1, arguments
        told = capsys.readouterr().err
        assert message in told
        assert told.count("\n") == 1


def test_a_fault_in_the_options_has_another_code(folder, capsys):
    model, data, out = (str(folder / name) for name in ("model.pt", "decays.csv", "out.csv"))
    dated = [str(folder / "dated.pt"), str(folder / "dated.parquet"), "-o", out]
    for arguments, message in (
        (["fit", data, "-o", out, "--series", "id"], "Missing option '--time'"),
        (["fit", data, "-o", out, *FIT, "--loss", "pathh"], "'pathh' is not one of 'path'"),
        (["fit", data, "-o", out, *FIT, "--members", "0"], "members is 0, expected at least 1"),
        (["predict", model, data, "-o", out], "give either --times or --horizon"),
        (["impute", model, data, "-o", f"{out}.json"], "out.csv.json ends with '.json', expected .csv or .parquet"),
        (["predict", model, data, "-o", out, "--times", "1", "--horizon", "2"], "give either --times or --horizon"),
        (
            ["predict", model, data, "-o", out, "--times", "1,soon"],
            "--times has the entry 'soon', expected a number, as",
        ),
        (["predict", model, data, "-o", out, "--horizon", "12h"], "--horizon is '12h', expected a number in the unit"),
        (["predict", model, data, "-o", out, "--horizon", "-1"], "--horizon is -1, expected a duration above 0"),
        (
            ["predict", model, data, "-o", out, "--horizon", "1e-300"],
            "--horizon is 1e-300, too short for 10 times that",
        ),
        (["fit", data, *FIT, "-o", str(folder)], "is a folder: give --output the name of a file"),
        (["impute", model, data, "-o", f"{data}/out.csv"], "decays.csv is a file, expected the folder of out.csv"),
        (["predict", *dated, "--times", "02/04/2024"], "the entry '02/04/2024', expected a date such as 2024-01-31"),
        (["predict", *dated, "--horizon", "5"], "--horizon is '5', expected a duration such as 12h or 2D"),
        (["impute", model, data, "-o", data], "decays.csv is read by this command, which would replace it"),
        (["fit", data, *FIT, "-o", data], "decays.csv is read by this command, which would replace it"),
        (["predicts"], "No such command 'predicts'"),
        ([], "Usage: pathlode"),
    ):
        capsys.readouterr()
        assert main(arguments) == 2, arguments
        assert message in capsys.readouterr().err


def test_help_has_examples(capsys):
    assert main(["--help"]) == 0
    assert "pathlode fit visits.csv --series patient --time day -o model.pt" in capsys.readouterr().out
    for command in ("fit", "predict", "impute", "summarise", "plot"):
        assert main([command, "--help"]) == 0
        told = capsys.readouterr().out
        assert f"pathlode {command} " in told.split("Example")[1]


def test_the_process_has_the_exit_code():
    command = [sys.executable, "-m", "pathlode.cli.main"]
    version = subprocess.run([*command, "--version"], capture_output=True, text=True)
    assert (version.returncode, version.stdout) == (0, "pathlode 0.1.0\n")


def test_without_its_extra_a_sentence_says_what_to_install(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "click", None)
    monkeypatch.delitem(sys.modules, "pathlode.cli.commands", raising=False)
    assert main(["--help"]) == 1
    assert capsys.readouterr().err == "pathlode: click is not installed: pip install 'pathlode[cli]'\n"
