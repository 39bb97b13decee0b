"""The command fit."""

import shutil
from pathlib import Path
from typing import Any

import click
import torch

from pathlode.cli.options import columns_or_file, further_settings, missing_entries, named_columns, output_file
from pathlode.cli.outputs import check_output
from pathlode.cli.tables import read_series
from pathlode.forecasting.comparison import PLACES
from pathlode.forecasting.forecaster import Forecaster
from pathlode.registry import ENCODERS, LOSSES


@click.command("fit")
@click.argument("table", type=click.Path(path_type=Path))
@click.option("--series", required=True, help="Column of the series' labels.")
@click.option("--time", required=True, help="Column of the times.")
@click.option("--values", callback=named_columns, help="Columns of the values, with commas; by default all others.")
@click.option("--static", callback=named_columns, help="Columns that do not change within a series, with commas.")
@click.option(
    "--inputs",
    callback=columns_or_file,
    help="Columns of known inputs, with commas; or the file of a table of their own, with the columns --series and --time.",
)
@click.option(
    "--missing",
    callback=missing_entries,
    help="Entries that stand for missing values beside empty cells, with commas: -999, for example.",
)
@output_file("the model")
@click.option("--members", default=Forecaster.members, show_default=True, help="Models of the ensemble.")
@click.option("--steps", default=Forecaster.steps, show_default=True, help="Optimiser steps.")
@click.option("--weight", type=float, help="Weight of the loss's penalty; by default chosen by held-out observations.")
@click.option("--loss", type=click.Choice(list(LOSSES)), default=Forecaster.loss, show_default=True)
@click.option("--encoder", type=click.Choice(list(ENCODERS)), default=Forecaster.encoder, show_default=True)
@click.option("--learning-rate", default=Forecaster.learning_rate, show_default=True, help="Its peak.")
@click.option(
    "--time-unit",
    type=float,
    help="Duration of a unit of the model's time; for dates in seconds. By default from the data.",
)
@click.option("--seed", default=Forecaster.seed, show_default=True, help="Of the first member.")
@click.option("--device", default=Forecaster.device, show_default=True, help="Device to compute on, as cpu or cuda.")
@click.option(
    "--settings",
    type=click.Path(path_type=Path),
    callback=further_settings,
    help="TOML file with further settings of pathlode.Forecaster, in tables [model], [train] and [views].",
)
def fit_command(
    table: Path,
    series: str,
    time: str,
    values: list[str] | None,
    static: list[str] | None,
    inputs: list[str] | Path | None,
    missing: list[float | str],
    output: Path,
    settings: dict[str, Any],
    **options: Any,
) -> None:
    """Fits a model to the series of TABLE.

    If the command is interrupted, the same command continues.

    \b
    Examples:
      pathlode fit visits.csv --series patient --time day --values weight,pulse -o model.pt
      pathlode fit visits.csv --series patient --time day --static age --inputs dose -o model.pt
      pathlode fit visits.csv --series patient --time day --missing -999,? -o model.pt
      pathlode fit visits.csv --series patient --time day --inputs doses.csv -o model.pt
      pathlode fit visits.csv --series patient --time day --encoder gru --settings larger.toml -o model.pt
    """
    torch.set_num_threads(1)  # networks this small are slower on several
    file = inputs if isinstance(inputs, Path) else None
    check_output(output, table, file)
    forecaster = Forecaster(**options, **settings)
    known = inputs if isinstance(inputs, list) else []
    names = {
        "series": series,
        "time": time,
        "values": values,
        "static": static or [],
        "inputs": known,
        "missing": missing,
    }
    data = read_series(table, names, file)
    folder = output.with_name(f".{output.name}.checkpoints")
    forecaster.fit(data, folder).save(output)
    shutil.rmtree(folder)
    fitted = forecaster.fitted
    assert fitted is not None
    columns = ", ".join(data.layout.values) if data.layout else ""
    click.echo(f"{output}: fitted to {columns} of {len(data)} series, weight {fitted.weight:g}", err=True)
    for place, errors in fitted.compared.items():
        told = ", ".join(f"{name} {error:.2g}" for name, error in errors.items())
        click.echo(f"errors in standard deviations, {PLACES[place]}: {told}", err=True)
