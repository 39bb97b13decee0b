from pathlib import Path

import pandas as pd

from pathlode.chaos.published import PublishedForecasts, published_forecasts


def test_one_row_per_method_with_the_least_error_first():
    rows = [
        ("A 2021", method, "Lorenz", "smape", value, "x alone", "table 1")
        for method, value in (("b", 119.61), ("a", 20.0))
    ]
    table = published_forecasts(pd.DataFrame(rows, columns=list(PublishedForecasts.columns)))
    assert table.iloc[:, :3].to_numpy().tolist() == [["Lorenz", "a", "20"], ["Lorenz", "b", "120"]]
    assert table.columns.tolist() == ["flow", "method", "sMAPE", "setting", "paper", "source"]


def test_the_published_forecasts_are_readable():
    table = PublishedForecasts.load(Path(__file__).parents[3] / "config/published/chaos.csv").table
    assert len(published_forecasts(table)) == len(table)
    assert table["value"].between(0, 200).all()
