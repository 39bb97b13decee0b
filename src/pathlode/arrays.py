"""Arrays that belong together, in one file."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pathlode.files import writing

Array = NDArray[np.float64]
"""Numbers in double precision."""


def save_groups(path: Path, groups: Mapping[str, Mapping[str, NDArray[Any]]]) -> None:
    """Writes arrays that are named twice, by group and within it, to one ``.npz`` file."""
    arrays = {f"{group}/{name}": array for group, named in groups.items() for name, array in named.items()}
    with writing(path) as temporary:
        np.savez(temporary, allow_pickle=False, **arrays)


def load_groups(path: Path, *names: str) -> dict[str, dict[str, NDArray[Any]]]:
    """The arrays of these names of every group in a file of :func:`save_groups`, in its order."""
    with np.load(path) as file:
        groups = dict.fromkeys(key.split("/")[0] for key in file.files)
        return {group: {name: file[f"{group}/{name}"] for name in names} for group in groups}
