"""From a CSV table with gaps to a forecast with intervals, scored on series that the fit has not seen.

python examples/from_csv.py resources/vowels.csv --series utterance --time frame -o forecast.csv
"""

import argparse
import logging
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import torch

from pathlode import Forecaster, TimeSeries

LEVEL = 0.9


@dataclass
class Parts:
    """Rows of a table: those of the fit; of other series those that are shown, and those to predict."""

    fit: pd.DataFrame
    shown: pd.DataFrame
    inside: pd.DataFrame
    beyond: pd.DataFrame


def split(table: pd.DataFrame, series: str) -> Parts:
    """Every fifth series is for test: its last third is to be forecast, and of the rest every fourth row is hidden."""
    test = table[series].factorize()[0] % 5 == 4
    of = table.groupby(series, sort=False)[series]
    place, length = of.cumcount(), of.transform("size")
    beyond = test & (place >= 2 * length // 3)
    inside = test & ~beyond & (place % 4 == 2)
    return Parts(table[~test], table[test & ~beyond & ~inside], table[inside], table[beyond])


def score(forecaster: Forecaster, shown: TimeSeries, wanted: TimeSeries, label: str) -> None:
    """Prints root mean squared errors, also of the last shown value and of the mean, and what intervals cover."""
    truth = wanted.values
    low, high = (bound.values for bound in forecaster.intervals(shown, wanted, LEVEL))
    present = ~shown.values.isnan()
    places = present * torch.arange(present.shape[1])[:, None]
    last = shown.values.gather(1, places.argmax(dim=1, keepdim=True))
    found = forecaster.predict(shown, wanted).values, last, shown.values.nanmean(dim=1, keepdim=True)
    errors = [float((each - truth).square().nanmean().sqrt()) for each in found]
    covered = float(((low <= truth) & (truth <= high))[~truth.isnan()].double().mean())
    print(f"{label}: error {errors[0]:.3f}, of the last value {errors[1]:.3f}, of the mean {errors[2]:.3f};", end=" ")
    print(f"intervals of {LEVEL:.0%} cover {covered:.0%}")


def main() -> None:
    """Reads the arguments, fits, scores and writes the forecasts."""
    parser = argparse.ArgumentParser(description="Forecasts the series of a CSV table, and says how well.")
    parser.add_argument("table", type=Path, help="a row for each time of a series; empty cells are missing values")
    parser.add_argument("--series", required=True, help="column of the series' labels")
    parser.add_argument("--time", required=True, help="column of the times")
    parser.add_argument("--steps", type=int, default=Forecaster.steps, help="optimiser steps")
    parser.add_argument("--members", type=int, default=Forecaster.members, help="models of the ensemble")
    parser.add_argument("-o", "--output", type=Path, default=Path("forecast.csv"), help="table of forecasts to write")
    given = parser.parse_args()
    logging.basicConfig(level="INFO", format="%(message)s")
    torch.set_num_threads(1)

    names = {"series": given.series, "time": given.time}
    table = pd.read_csv(given.table).sort_values([*names.values()], kind="stable")
    parts = split(table, given.series)
    forecaster = Forecaster(steps=given.steps, members=given.members)
    forecaster.fit(TimeSeries.from_frame(parts.fit, **names))
    for label, rows in (("between observations", parts.inside), ("beyond them", parts.beyond)):
        both = sorted(set(rows[given.series]) & set(parts.shown[given.series]))
        shown, wanted = (
            TimeSeries.from_frame(some[some[given.series].isin(both)], **names) for some in (parts.shown, rows)
        )
        score(forecaster, shown, wanted, label)
    found = forecaster.predict(shown, wanted).to_frame()
    values = found.columns.drop([*names.values()])
    for end, bound in zip(("low", "high"), forecaster.intervals(shown, wanted, LEVEL), strict=True):
        found = found.join(bound.to_frame()[values].add_suffix(f"_{end}"))
    found.to_csv(given.output, index=False)


if __name__ == "__main__":
    main()
