"""Invented files in the forms of the real ones, for tests and for trying the pipeline. Results on them say nothing."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from pathlode.real.lynx_hare import LynxHare
from pathlode.registry import MEASURED

RATES_OF_PELTS = (0.6, 0.03, 0.8, 0.03, 30.0, 8.0, 0.2, 0.2)
"""Parameters of :class:`pathlode.real.lynx_hare.LynxHare` that invented pelts have."""


def write_invented(folder: Path, numbers: Mapping[str, int], seed: int) -> list[Path]:
    """Writes the files of data sets, under their own names, and then a table of pelts.

    Args:
        folder: folder to write to.
        numbers: by name in :data:`pathlode.registry.MEASURED`, the number of series, or of series of each class.
        seed: seed of the numbers.
    """
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(seed)
    files = [file for name, number in numbers.items() for file in MEASURED[name].invent(folder, number, rng)]
    files.append(folder / "hudson-bay-lynx-hare.csv")
    files[-1].write_text(invented_pelts(rng))
    return files


def invented_pelts(rng: np.random.Generator) -> str:
    """A table of pelts of 21 years, with log-normal noise."""
    theta, years = np.array([RATES_OF_PELTS]), np.arange(21.0)[None]
    hare, lynx = (LynxHare().solution(theta, years)[0] * np.exp(theta[:, 6:] * rng.standard_normal((21, 2)))).T
    rows = (f"{1900 + year}, {lynx[year]:.1f}, {hare[year]:.1f}\n" for year in range(21))
    return "# invented\nYear, Lynx, Hare\n" + "".join(rows)
