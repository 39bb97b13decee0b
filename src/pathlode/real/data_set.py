"""The interface of measured data sets."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np

from pathlode.real.measured import MeasuredSeries
from pathlode.real.results import DataCounts


@dataclass(frozen=True)
class Reading:
    """The series of a data set as they were read, and what was found on the way.

    Attributes:
        measured: the series.
        repeated: measurements of a quantity in the same minute as another.
        implausible: measurements outside the plausible range, which count as missing.
        unknown: unknown descriptors.
        empty: series without a measurement, which are left out.
    """

    measured: MeasuredSeries
    repeated: int = 0
    implausible: int = 0
    unknown: int = 0
    empty: int = 0

    def counts(self) -> DataCounts:
        """How much was read, as the row of a table."""
        import pandas as pd

        measured, number = self.measured, np.isfinite(self.measured.values).sum()
        facts = {
            "data": measured.data,
            "source": measured.source,
            "series": len(measured.counts),
            "features": len(measured.features),
            "values": number,
            "missing": 1 - number / measured.values.size,
        }
        found = {name: getattr(self, name) for name in ("repeated", "implausible", "unknown", "empty")}
        return DataCounts(pd.DataFrame([facts | found]))


class MeasuredDataSet(ABC):
    """A data set of measured series: a dataclass whose fields are the settings of its reader, ``read`` in the configuration."""

    folder: ClassVar[str]
    """Folder of the files. It names their mirrors in ``real.mirrors``, and their digests in config/checksums."""
    files: ClassVar[tuple[str, ...]]
    """Names of the files."""
    has_test: ClassVar[bool] = False
    """Whether those who published the data chose a test part."""
    fewest: ClassVar[int] = 1
    """Least number of series to invent, so that every part of a split has some of every class."""

    @property
    def length(self) -> int | None:
        """Number of times of every series; None if they differ."""
        return None

    @abstractmethod
    def read(self, files: Sequence[Path], source: str) -> Reading:
        """All series.

        Args:
            files: paths of :attr:`files`, in this order.
            source: origin of the files, ``public`` or ``invented``.

        Raises:
            DataError: if a file is missing, damaged, or has another form.
        """

    @staticmethod
    @abstractmethod
    def invent(folder: Path, number: int, rng: np.random.Generator) -> list[Path]:
        """Writes invented :attr:`files` in the form of the real ones, for tests and for trying the pipeline.

        Args:
            folder: folder to write to.
            number: number of series, or of series of each class.
            rng: generator of the numbers.
        """
