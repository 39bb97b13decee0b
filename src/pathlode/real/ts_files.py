"""Files of series with classes in the ``.ts`` format of timeseriesclassification.com.

Source: Bagnall et al. 2018, The UEA multivariate time series classification archive (https://arxiv.org/abs/1811.00075).
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pathlode.errors import DataError
from pathlode.real.measured import MeasuredSeries


def labelled_series(
    files: Sequence[Path],
    *,
    data: str,
    source: str,
    time_unit: str,
    interval: float,
    features: Sequence[str],
    units: Sequence[str],
    target: str,
) -> MeasuredSeries:
    """All series of a data set, each named by its file and number; they are measured at equal intervals from time 0 on.

    Args:
        files: paths of the published training part and of the test part.
        data, source, time_unit, features, units, target: as in :class:`~pathlode.real.measured.MeasuredSeries`.
        interval: time from one value to the next.

    Raises:
        DataError: if a file is missing, or a line has another form.
    """
    parts = [(path, *_series_of(path, len(features))) for path in files]
    values = [each for _, own, _ in parts for each in own]
    labels = [label for _, _, own in parts for label in own]
    classes, counts = sorted(set(labels)), np.array([len(each) for each in values])
    return MeasuredSeries(
        data=data,
        source=source,
        time_unit=time_unit,
        features=features,
        units=units,
        target=target,
        classes=classes,
        described=[],
        names=np.array([f"{path.stem} {number}" for path, own, _ in parts for number in range(1, len(own) + 1)]),
        counts=counts,
        times=np.concatenate([interval * np.arange(count) for count in counts]),
        values=np.concatenate(values),
        labels=np.array([classes.index(label) for label in labels]),
        descriptors=np.zeros((len(counts), 0), np.float32),
        given_test=np.arange(len(counts)) >= len(parts[0][1]),
    )


def _series_of(path: Path, features: int) -> tuple[list[NDArray[np.float32]], list[str]]:
    """Values (time, feature) and class of every series of a file, in its order."""
    try:
        lines = path.read_text().splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = "it does not exist" if isinstance(error, FileNotFoundError) else "it is damaged"
        raise DataError(f"{path} cannot be read as a file of series ({reason}): fetch it again") from error
    starts = [number for number, line in enumerate(lines, start=1) if line.strip().lower() == "@data"]
    if not starts:
        raise DataError(f"{path} lacks the line '@data', after which its series begin: fetch it again")
    values, classes = [], []
    for number, line in enumerate(lines[starts[0] :], start=starts[0] + 1):
        if line.strip():
            *columns, label = line.strip().split(":")
            values.append(_values(path, number, columns, features))
            classes.append(label)
    if not values:
        raise DataError(f"{path} has no series after the line '@data': fetch it again")
    return values, classes


def _values(path: Path, number: int, texts: Sequence[str], features: int) -> NDArray[np.float32]:
    """Values (time, feature) of a line of a file."""
    try:
        columns = [np.array(text.split(","), np.float32) for text in texts]
        if len(columns) != features or len({len(column) for column in columns}) != 1:
            raise ValueError(f"it has {len(columns)} features of {sorted({len(column) for column in columns})} values")
        values = np.stack(columns, axis=-1)
        if not np.isfinite(values).all():
            raise ValueError("a value is not finite")
    except ValueError as error:
        raise DataError(
            f"{path}, line {number}: expected {features} features of equally many numbers and a class, separated by "
            f"colons, but {error}: fetch it again"
        ) from None
    return values
