from pathlib import Path

import pandas as pd

from pathlode.real.columns import published_summary, real_summary
from pathlode.real.results import PublishedScores


def test_one_row_per_model_and_one_column_per_task_and_metric():
    rows = [
        {"data": "d", "task": "forecast", "model": "path", "replicate": n, "metric": "error", "value": 0.5 + n / 10}
        for n in (0, 1, 2)
    ]
    rows += [
        {"data": "d", "task": "death", "model": "path", "replicate": 0, "metric": metric, "value": 0.75}
        for metric in ("auroc", "missed")
    ]
    table = real_summary(pd.DataFrame(rows))
    assert table.columns.tolist() == ["data", "model", "forecast error", "death auroc"]
    assert table.iloc[0].tolist() == ["d", "path", "0.6 [0.5, 0.7]", "0.75 [0.75, 0.75]"]


def test_published_errors_stand_in_thousandths_beside_other_tasks_of_the_model():
    rows = [
        ("B 2021", "b", "death", "auroc", 0.858, float("nan"), "table 9"),
        ("A 2019", "a", "interpolation", "mse", 0.002118, 0.000271, "table 5"),
        ("A 2019", "a", "death", "auroc", 0.829, 0.004, "table 6"),
    ]
    table = published_summary(pd.DataFrame(rows, columns=list(PublishedScores.columns)))
    assert table.columns.tolist() == ["paper", "model", "death auroc", "interpolation MSE ×10⁻³", "source"]
    assert table.iloc[0].tolist() == ["B 2021", "b", "0.858", "–", "table 9"]
    assert table.iloc[1].tolist() == ["A 2019", "a", "0.829 ± 0.004", "2.12 ± 0.27", "table 5; table 6"]


def test_the_published_scores_are_readable():
    file = Path(__file__).parents[3] / "config/published/physionet.csv"
    table = PublishedScores.load(file).table
    assert len(published_summary(table)) == len(table[["paper", "model"]].drop_duplicates())
    assert set(table["metric"]) == {"mse", "auroc"}
