"""The table of lynx and hare pelts that the Hudson's Bay Company collected in the years 1900 to 1920.

Source: Howard 2009, Modeling basics; as in Stan's case study, knitr/lotka-volterra of https://github.com/stan-dev/example-models.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pathlode.arrays import Array
from pathlode.errors import DataError


@dataclass(frozen=True)
class Pelts:
    """Yearly numbers of pelts.

    Attributes:
        years: consecutive years, (year,).
        values: thousand pelts of hare and of lynx, (year, 2).
    """

    years: NDArray[np.int64]
    values: Array


def read_pelts(path: Path) -> Pelts:
    """Reads a CSV file with the columns Year, Lynx and Hare, and comments after ``#``.

    Raises:
        DataError: if it is missing, lacks a column, holds numbers that are not positive, or leaves out a year.
    """
    try:
        table = pd.read_csv(path, comment="#", skipinitialspace=True)
        years = table["Year"].to_numpy(np.int64)
        values = table[["Hare", "Lynx"]].to_numpy(float)
    except (OSError, ValueError, KeyError) as error:
        reason = "it does not exist" if isinstance(error, FileNotFoundError) else f"{error}"
        raise DataError(
            f"{path} cannot be read as a table with the columns Year, Lynx and Hare ({reason}): fetch it again"
        ) from error
    if not len(years) or (np.diff(years) != 1).any():
        raise DataError(f"{path} has years that do not follow each other: fetch it again")
    wrong = ~(np.isfinite(values) & (values > 0)).all(axis=1)
    if wrong.any():
        raise DataError(f"{path}: the pelts of {years[wrong][0]} are not positive numbers: fetch it again")
    return Pelts(years, values)
