import pandas as pd
import pytest

from pathlode.column_kinds import Text
from pathlode.dynamics.artefacts import SizesNeeded
from pathlode.errors import ConfigError, DataError
from pathlode.reporting.tables import load_tables, summarise, write


def test_a_summary_gives_median_and_range():
    table = pd.DataFrame(
        {"loss": ["path"] * 3 + ["kl"] * 3, "error": [1.0, 5.0, 2.0, 3.0, float("nan"), 3.0], "x": float("nan")}
    )
    summary = summarise(table, ["loss"], {"error": "NMSE", "x": "nothing"})
    assert summary.to_numpy().tolist() == [["path", "2 [1, 5]", "–"], ["kl", "3 [3, 3]", "–"]]
    assert list(summary.columns) == ["loss", "NMSE", "nothing"]


def test_one_table_in_three_formats(tmp_path):
    table = pd.DataFrame({"loss_name": ["path", "a_b"], "NMSE %": ["1", "2"]})
    write(table, *(tmp_path / f"table.{suffix}" for suffix in ("csv", "md", "tex")))
    assert (tmp_path / "table.csv").read_text() == "loss_name,NMSE %\npath,1\na_b,2\n"
    assert "| path        |        1 |" in (tmp_path / "table.md").read_text()
    latex = (tmp_path / "table.tex").read_text()
    for part in (r"\toprule", r"\bottomrule", r"loss\_name & NMSE \%", r"a\_b & 2"):
        assert part in latex
    assert latex.startswith(r"\begin{tabular}{ll}")
    write(pd.concat([table] * 30), tmp_path / "long.tex", widths={"NMSE %": 0.4})
    latex = (tmp_path / "long.tex").read_text()
    assert latex.startswith(r"\begin{longtable}{lp{0.4\linewidth}}")
    assert latex.count(r"a\_b & 2") == 30
    with pytest.raises(ConfigError, match=r"expected .csv, .md or .tex"):
        write(table, tmp_path / "table.xlsx")


def test_a_single_run_has_no_range():
    table = pd.DataFrame({"model": ["a", "a", "b"], "error": [0.1234, 0.2, 0.8566]})
    assert summarise(table, ["model"], {"error": "E"}, digits=3)["E"].tolist() == ["0.162 [0.123, 0.2]", "0.857"]


def test_a_damaged_table_of_results_is_named(tmp_path):
    path, kinds = tmp_path / "rivals.csv", {"rivals": "pathlode.dynamics.artefacts:SizesNeeded"}
    table = pd.DataFrame(
        {name: ["kl"] if isinstance(kind, Text) else [2] for name, kind in SizesNeeded.columns.items()}
    )
    table = table.assign(reached=True)
    table.to_csv(path, index=False)
    assert load_tables(kinds, [path])["rivals"].astype(table.dtypes).equals(table)
    table.drop(columns="parameters_needed").to_csv(path, index=False)
    with pytest.raises(DataError, match=r"rivals\.csv .* lacks the column 'parameters_needed' .*\): [^\n]*$"):
        load_tables(kinds, [path])
    path.write_text("")
    with pytest.raises(DataError, match=r"rivals\.csv cannot be read"):
        load_tables(kinds, [path])
