import numpy as np
import pandas as pd
import pytest

from pathlode.core.series import TimeSeries
from pathlode.plots.forecasts import series_and_predictions
from pathlode.plots.style import save_figure

TABLE = pd.DataFrame({"id": ["a", "a", "b"], "t": [0.0, 2.0, 1.0], "x": [1.0, np.nan, 3.0], "y": [4.0, 5.0, 6.0]})


@pytest.mark.parametrize("dated", [False, True])
def test_each_series_has_a_row_and_each_feature_a_column(dated, tmp_path):
    table = TABLE.assign(t=pd.to_datetime("2024-01-01") + pd.to_timedelta(TABLE["t"], "D")) if dated else TABLE
    series = TimeSeries.from_frame(table, series="id", time="t")
    figure = series_and_predictions(series, series)
    panels = figure.get_axes()
    assert [panel.get_ylabel() for panel in panels] == ["a", "", "b", ""]
    assert [panel.get_title() for panel in panels] == ["x", "y", "", ""]
    assert [panel.get_xlabel() for panel in panels] == ["", "", "t", "t"]
    line, points = panels[0].get_lines()
    assert line.get_linestyle() == "-"
    assert points.get_ydata()[0] == 1.0
    drawn = points.get_xdata()[:2]
    assert drawn.tolist() == (
        pd.to_datetime(["2024-01-01", "2024-01-03"]).to_pydatetime().tolist() if dated else [0.0, 2.0]
    )
    save_figure(figure, tmp_path / "figure.png")
    assert (tmp_path / "figure.png").stat().st_size > 5000


def test_series_without_columns_are_numbered():
    series = TimeSeries.of([([0.0, 1.0], [[1.0] * 6, [2.0] * 6])])
    panels = series_and_predictions(series, series).get_axes()
    assert [panel.get_title() for panel in panels] == ["feature 1", "feature 2", "feature 3", "feature 4"]
    assert panels[0].get_ylabel() == "0"


def test_intervals_are_shaded():
    series = TimeSeries.from_frame(TABLE, series="id", time="t")
    low, high = (TimeSeries(series.times, series.values + shift) for shift in (-1.0, 2.0))
    panel = series_and_predictions(series, series, (low, high)).get_axes()[1]
    (band,) = panel.collections
    ends = band.get_paths()[0].vertices[:, 1]
    assert (ends.min(), ends.max()) == (3.0, 7.0)
