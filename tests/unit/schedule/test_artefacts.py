from dataclasses import fields

import pandas as pd
import pytest

from pathlode.errors import DataError
from pathlode.schedule.artefacts import PolicyDecisions, PolicyLogs, PolicyOutcomes, PolicyScores, RunModelFits
from pathlode.schedule.decisions import Decision
from pathlode.schedule.forecast import PolicyForecasts
from pathlode.schedule.runs import COLUMNS


def test_the_columns_are_those_of_what_is_kept():
    assert {field.name for field in fields(Decision)} < set(PolicyDecisions.columns)
    assert set(COLUMNS) < set(PolicyLogs.columns)


def test_a_row_says_what_a_model_was_fitted_to_and_how_well(model, tmp_path):
    RunModelFits.of("cnn", "all", [model, model]).save(tmp_path / "fits.csv")
    table = RunModelFits.load(tmp_path / "fits.csv").table
    assert len(table) == 2
    row = table.iloc[0]
    assert (row["task"], row["fit"], row["seed"], row["runs"]) == ("cnn", "all", 0, 12)
    assert row["error_train_loss"] == pytest.approx(model.card.error["train_loss"], rel=1e-12)
    assert row["spread_log_lr"] == pytest.approx(model.card.spread["log_lr"], rel=1e-12)
    assert row["seconds"] == pytest.approx(model.card.seconds)


@pytest.mark.parametrize(
    "kind", [PolicyOutcomes, PolicyLogs, PolicyDecisions, PolicyForecasts, PolicyScores, RunModelFits]
)
def test_a_table_that_lacks_a_column_is_refused_in_one_sentence(kind, tmp_path):
    *others, last = kind.columns
    pd.DataFrame({name: [1] for name in others}).to_csv(tmp_path / "table.csv")
    with pytest.raises(DataError, match=f"table.csv cannot be read as .*lacks the column '{last}'"):
        kind.load(tmp_path / "table.csv")
