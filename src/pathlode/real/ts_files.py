"""Files of series with classes in the ``.ts`` format of timeseriesclassification.com.

Source: Bagnall et al. 2018, The UEA multivariate time series classification archive (https://arxiv.org/abs/1811.00075).
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pathlode.errors import DataError


def labelled_series(path: Path, features: int) -> tuple[list[NDArray[np.float32]], list[str]]:
    """Values (time, feature) and class of every series of a file, in its order.

    Args:
        path: the file.
        features: number of features that it must have.

    Raises:
        DataError: if it is missing, or a line has another form.
    """
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
