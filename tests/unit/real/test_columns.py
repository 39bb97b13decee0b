import pandas as pd

from pathlode.real.columns import real_summary


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
