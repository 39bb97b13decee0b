"""The commands, of which fit and those on heartbeats have modules of their own: predict, impute, summarise and plot."""

import logging
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
import pandas as pd
import torch

from pathlode import __version__
from pathlode.cli.fitting import fit_command
from pathlode.cli.heartbeats import ecg_group
from pathlode.cli.options import columns_or_file, model_and_table, output_file
from pathlode.cli.outputs import FIGURE_ENDINGS, TABLE_ENDINGS, check_ending, check_output
from pathlode.cli.schedule import schedule_group
from pathlode.cli.tables import asked_for, read_series, read_times, write_table
from pathlode.cli.times import before, beyond, grid, listed_times
from pathlode.cli.wording import ShellFormatter
from pathlode.core.series import TimeSeries
from pathlode.core.shapes import Times
from pathlode.errors import CheckpointError, ConfigError, DataError
from pathlode.files import writing
from pathlode.forecasting.forecaster import Forecaster


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="pathlode %(version)s")
@click.option("--quiet", is_flag=True, help="Report no progress.")
def pathlode(quiet: bool) -> None:
    """Forecasts of irregular time series from tables, by path-minimised latent ODEs.

    A table is a CSV or Parquet file in long format: a row for each time of a series, with a column of the series' labels, one
    of times (numbers or ISO 8601 dates), and columns of values. Empty cells are missing values.

    \b
    Examples:
      pathlode fit visits.csv --series patient --time day -o model.pt
      pathlode predict model.pt visits.csv --horizon 30 --points 3 -o forecast.csv
      pathlode impute model.pt visits.csv -o complete.csv
      pathlode summarise model.pt visits.csv -o summaries.csv
      pathlode plot model.pt visits.csv --horizon 30 -o forecast.png

    Others read something else: ecg reads recordings of heartbeats, schedule the logs of training runs (pathlode ecg --help).

    Exit codes: 0 done, 1 a fault in the data or in a file, 2 a fault in the options.
    """
    shown = logging.StreamHandler()
    shown.setFormatter(ShellFormatter("%(message)s"))
    logging.basicConfig(level="WARNING" if quiet else "INFO", handlers=[shown])


pathlode.add_command(fit_command)
pathlode.add_command(ecg_group)
pathlode.add_command(schedule_group)


@pathlode.command("predict")
@model_and_table
@click.option(
    "--times",
    callback=columns_or_file,
    help="Times to predict at in each series, with commas; or the file of a table of them, with columns of labels and times.",
)
@click.option(
    "--horizon", help="Predict up to this long after the last time of each series: 30, or for dates 12h or 2D."
)
@click.option(
    "--backward",
    is_flag=True,
    help="Let times lie before the first one of a series; --horizon then counts back from it.",
)
@click.option(
    "--points", type=click.IntRange(1), default=10, show_default=True, help="Number of times up to the horizon."
)
@click.option(
    "--level", type=float, help="Also write between which bounds a value lies with this probability: 0.9, say."
)
@output_file("a table, .csv or .parquet")
def predict_command(
    model: Path,
    table: Path,
    inputs: Path | None,
    device: str | None,
    times: list[str] | Path | None,
    horizon: str | None,
    backward: bool,
    points: int,
    level: float | None,
    output: Path,
) -> None:
    """Predicts the series of TABLE at other times.

    \b
    Examples:
      pathlode predict model.pt visits.csv --horizon 30 --points 3 -o forecast.csv
      pathlode predict model.pt visits.csv --times 2024-06-01,2024-07-01 -o forecast.parquet
      pathlode predict model.pt visits.csv --times planned.csv -o forecast.csv
      pathlode predict model.pt visits.csv --horizon 7 --points 7 --backward -o past.csv
      pathlode predict model.pt visits.csv --horizon 30 --level 0.9 -o forecast.csv

    The bounds are columns named after the values: weight_low and weight_high. They hold where a series was observed; beyond,
    the values lie outside them more often than stated.
    """
    if (times is None) == (horizon is None):
        raise ConfigError("give either --times or --horizon")
    check_ending(output, TABLE_ENDINGS)
    check_output(output, model, table, inputs, times if isinstance(times, Path) else None)
    forecaster, series = _read(model, table, inputs, device)
    asked: Any
    if isinstance(times, Path):
        assert series.layout is not None
        asked = read_times(times, series.layout)
        series = asked_for(asked, series)
    elif times is not None:
        asked = listed_times(times, series)
    else:
        asked = _at((before if backward else beyond)(str(horizon), points, series), series)
    found = forecaster.predict(series, asked, backward).to_frame()
    if level is not None:
        for end, bound in zip(("low", "high"), forecaster.intervals(series, asked, level, backward), strict=True):
            values = bound.to_frame()[[*series.layout.values]].add_suffix(f"_{end}")  # type: ignore[union-attr]
            taken = next(iter(values.columns.intersection(found.columns)), None)
            if taken is not None:
                raise DataError(f"{table} has the column {taken!r} already, which would hold bounds: rename it")
            found = found.join(values)
    write_table(output, found)


@pathlode.command("impute")
@model_and_table
@output_file("a table, .csv or .parquet")
def impute_command(model: Path, table: Path, inputs: Path | None, device: str | None, output: Path) -> None:
    """Writes TABLE with predictions in place of missing values.

    \b
    Example:
      pathlode impute model.pt visits.csv -o complete.csv
    """
    check_ending(output, TABLE_ENDINGS)
    check_output(output, model, table, inputs)
    forecaster, series = _read(model, table, inputs, device)
    write_table(output, forecaster.impute(series).to_frame())


@pathlode.command("summarise")
@model_and_table
@output_file("a table, .csv or .parquet")
def summarise_command(model: Path, table: Path, inputs: Path | None, device: str | None, output: Path) -> None:
    """Writes a vector z0 for each series of TABLE, of one length for all, for example as features of a classifier.

    \b
    Example:
      pathlode summarise model.pt visits.csv -o summaries.csv
    """
    check_ending(output, TABLE_ENDINGS)
    check_output(output, model, table, inputs)
    forecaster, series = _read(model, table, inputs, device)
    found = pd.DataFrame(forecaster.summarise(series).numpy())
    found.columns = [f"z0_{number + 1}" for number in range(found.shape[1])]
    if series.layout is not None and series.layout.labels is not None:
        label = str(series.layout.series)
        if label in found:
            raise DataError(f"{table} has the labels in the column {label!r}, which a part of z0 is called: rename it")
        found.insert(0, label, series.layout.labels)
    write_table(output, found)


@pathlode.command("plot")
@model_and_table
@click.option("--horizon", help="Draw predictions up to this long after the last time: 30, or for dates 12h or 2D.")
@click.option(
    "--number", type=click.IntRange(1), default=6, show_default=True, help="Series to draw, from the first on."
)
@click.option("--level", type=float, help="Also draw the bounds of this probability, as in predict.")
@output_file("a figure, .png, .pdf or .svg")
def plot_command(
    model: Path,
    table: Path,
    inputs: Path | None,
    device: str | None,
    horizon: str | None,
    number: int,
    level: float | None,
    output: Path,
) -> None:
    """Draws observations and predictions of the first series of TABLE.

    \b
    Example:
      pathlode plot model.pt visits.csv --horizon 30 --number 4 -o forecast.png
    """
    from pathlode.plots.forecasts import series_and_predictions  # here, because matplotlib takes a second
    from pathlode.plots.style import save_figure

    check_ending(output, FIGURE_ENDINGS)
    check_output(output, model, table, inputs)
    forecaster, series = _read(model, table, inputs, device)
    some = series[:number].trimmed()
    times = grid(some, horizon, 200)
    asked = _at(times, some)
    bounds = None if level is None else forecaster.intervals(some, asked, level)
    figure = series_and_predictions(some, forecaster.predict(some, asked), bounds)
    with writing(output) as temporary:
        save_figure(figure, temporary)


def _read(model: Path, table: Path, inputs: Path | None, device: str | None) -> tuple[Forecaster, TimeSeries]:
    """A forecaster and the series of a table with the columns that it was fitted to."""
    forecaster = Forecaster.load(model, device)
    fitted = forecaster.fitted
    if fitted is None or fitted.layout is None:
        raise CheckpointError(f"{model} was not fitted to a table: use it in Python, with pathlode.Forecaster.load")
    layout, names = fitted.layout, fitted.inputs or ()
    if inputs is None and names and not layout.inputs:
        raise ConfigError(
            f"{model} reads the inputs {', '.join(names)} from a table of their own: name its file by --inputs"
        )
    return forecaster, read_series(table, layout if inputs is None else replace(layout, inputs=names), inputs)


def _at(times: Times, series: TimeSeries) -> TimeSeries:
    """Times of the same kind as those of the series, which are dates or numbers."""
    return TimeSeries(times, torch.zeros(*times.shape, 1), dates=series.dates)
