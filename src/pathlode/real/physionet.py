"""Intensive-care stays of PhysioNet's challenge of 2012, from its archive."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from pathlode.errors import DataError, refuse_unless
from pathlode.real.archives import pack
from pathlode.real.data_set import MeasuredDataSet, Reading
from pathlode.real.measured import UNKNOWN, MeasuredSeries
from pathlode.real.quantities import DESCRIPTORS, QUANTITIES
from pathlode.real.stay_files import (
    HEADER,
    descriptors_of_stays,
    is_descriptor,
    lines_of_stays,
    merged_measurements,
    stay_texts,
)

if TYPE_CHECKING:
    import pandas as pd

HOURS = 48
"""Length of a stay's record. The few measurements at its very end belong to the last hour."""
INVENTED = {"HR": (85.0, 20.0), "Temp": (37.0, 0.8), "Urine": (90.0, 60.0), "Glucose": (140.0, 50.0)}
"""Invented quantities: mean and standard deviation over stays."""


@dataclass(frozen=True)
class Physionet(MeasuredDataSet):
    """Stays of 48 hours in intensive care, with 37 quantities, 5 descriptors, and death in hospital.

    Times are rounded to a grid that all stays share: a row holds what was measured within one interval, and its time is the
    interval's middle. Repeated measurements of a minute count as one, their mean.

    Args:
        interval: interval of the grid in hours; 48 must be a multiple of it.

    Source: Silva et al. 2012, Predicting in-hospital mortality of ICU patients
    (https://physionet.org/content/challenge-2012/1.0.0/).
    """

    folder: ClassVar[str] = "physionet2012"
    files: ClassVar[tuple[str, ...]] = ("set-a.tar.gz", "Outcomes-a.txt")
    fewest: ClassVar[int] = 40

    interval: float

    def __post_init__(self) -> None:
        refuse_unless(self, ("interval", (HOURS / self.interval).is_integer(), f"a part of {HOURS} hours"))

    @property
    def length(self) -> int:
        return round(HOURS / self.interval)

    def read(self, files: Sequence[Path], source: str) -> Reading:
        """All stays, in one pass through the archive. Stays without any measurement are left out."""
        archive, outcomes = files
        texts = stay_texts(archive)
        names = list(texts)
        table = lines_of_stays(archive, texts)
        described = is_descriptor(table)
        descriptors, died = descriptors_of_stays(archive, table[described], names), _deaths(outcomes, names)
        unknown = int(np.isnan(descriptors).sum())
        measured, repeated, implausible = merged_measurements(archive, table[~described])
        values = _on_grid(measured, len(names), self.interval, self.length)
        kept = np.isfinite(values).any(axis=(1, 2))
        number = int(kept.sum())
        series = MeasuredSeries(
            data="physionet",
            source=source,
            time_unit="h",
            features=list(QUANTITIES),
            units=[quantity.unit for quantity in QUANTITIES.values()],
            target="death",
            classes=["survived", "died"],
            described=list(DESCRIPTORS),
            names=np.array(names)[kept],
            counts=np.full(number, self.length),
            times=np.tile((np.arange(self.length) + 0.5) * self.interval, number),
            values=values[kept].reshape(-1, len(QUANTITIES)),
            labels=died[kept],
            descriptors=descriptors[kept],
            given_test=np.zeros(number, bool),
        )
        return Reading(series, repeated, implausible, unknown, len(names) - number)

    @staticmethod
    def invent(folder: Path, number: int, rng: np.random.Generator) -> list[Path]:
        archive, outcomes = (folder / name for name in Physionet.files)
        texts, died = {}, {}
        for place in range(number):
            name = str(200000 + place)
            died[name] = int(rng.random() < 0.3)
            texts[name] = _invented_stay(name, rng, sick=died[name])
        pack(archive, texts)
        rows = (f"{name},{dead}\n" for name, dead in died.items())
        outcomes.write_text("RecordID,In-hospital_death\n" + "".join(rows))
        return [archive, outcomes]


def _invented_stay(name: str, rng: np.random.Generator, sick: int) -> str:
    """The file of a stay. Each quantity swings about its level; that of the heart rate is higher in those who die."""
    lines = [f"00:00,{key},{value}" for key, value in
             (("RecordID", name), ("Age", rng.integers(20, 90)), ("Gender", rng.integers(2)), ("Height", -1),
              ("ICUType", rng.integers(1, 5)), ("Weight", 80))]  # fmt: skip
    for quantity, (mean, std) in INVENTED.items():
        level = mean + std * (rng.normal() + sick * (quantity == "HR"))
        minutes = np.sort(rng.choice(HOURS * 60, size=rng.integers(5, 40), replace=False))
        swing = level + 0.5 * std * np.sin(2 * np.pi * minutes / (24 * 60) + rng.random())
        lines += [
            f"{at // 60:02d}:{at % 60:02d},{quantity},{max(value, 30):.1f}"
            for at, value in zip(minutes, swing, strict=True)
        ]
    return "\n".join([HEADER, *lines]) + "\n"


def _on_grid(rows: "pd.DataFrame", stays: int, interval: float, steps: int) -> NDArray[np.float32]:
    """Means over each interval, (stay, interval, quantity), NaN where nothing was measured."""
    shape = (stays, steps, len(QUANTITIES))
    within = (rows["minute"].to_numpy() / (60 * interval)).astype(int).clip(max=steps - 1)
    where = np.ravel_multi_index((rows["stay"].to_numpy(), within, rows["feature"].to_numpy()), shape)
    size = int(np.prod(shape))
    numbers = np.bincount(where, minlength=size)
    sums = np.bincount(where, rows["Value"].to_numpy(), minlength=size)
    with np.errstate(invalid="ignore"):
        return (sums / numbers).astype(np.float32).reshape(shape)


def _deaths(outcomes: Path, names: Sequence[str]) -> NDArray[np.int64]:
    """1 for each stay that ended with death in hospital, else 0.

    Raises:
        DataError: if the table is missing, lacks a column, or lacks a stay.
    """
    import pandas as pd

    try:
        table = pd.read_csv(outcomes)
        died = dict(zip(table["RecordID"].astype(int).astype(str), table["In-hospital_death"], strict=True))
    except (OSError, ValueError, KeyError) as error:
        reason = "it does not exist" if isinstance(error, FileNotFoundError) else f"{type(error).__name__}: {error}"
        raise DataError(
            f"{outcomes} cannot be read as the table of outcomes, with the columns RecordID and In-hospital_death "
            f"({reason}): fetch it again"
        ) from error
    lacking = [name for name in names if name not in died]
    if lacking:
        raise DataError(f"{outcomes} has no outcome of stay {lacking[0]}: fetch the archive and the table together")
    labels = np.array([died[name] for name in names], dtype=float)
    return np.where(np.isin(labels, (0, 1)), labels, UNKNOWN).astype(np.int64)
