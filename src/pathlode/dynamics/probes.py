"""Linear probes: regression of a system's parameters on z0."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray


def unexplained(r2: NDArray[np.float64]) -> NDArray[np.float64]:
    """Share 1 - R² of a parameter's variance on test trajectories that a linear map of z0 does not explain.

    It is above 0, because least squares on finite data leaves a residual, so ratios of it exist. There is no lower bound: a map
    that is exact up to rounding would win by rounding errors, but none of the systems here comes near that.
    """
    return 1 - r2


def linear_probe(
    z0: NDArray[np.float64],
    parameters: NDArray[np.float64],
    test_z0: NDArray[np.float64],
    test_parameters: NDArray[np.float64],
) -> NDArray[np.float64]:
    """R² of each parameter on test trajectories, (parameter,), by least squares from z0 on training trajectories.

    Args:
        z0: latent vectors, (n, latent).
        parameters: the varied parameters, (n, parameter).
        test_z0: (m, latent).
        test_parameters: (m, parameter).
    """
    from sklearn.linear_model import LinearRegression
    from sklearn.metrics import r2_score

    fitted = LinearRegression().fit(z0, parameters)
    return np.asarray(r2_score(test_parameters, fitted.predict(test_z0), multioutput="raw_values"))


def probed(
    latents: Mapping[str, tuple[NDArray[np.float64], NDArray[np.float64]]],
    parameters: tuple[NDArray[np.float64], NDArray[np.float64]],
    names: Sequence[str],
    seeds: Sequence[int],
) -> pd.DataFrame:
    """R² of linear probes of z0: one line per row, seed and parameter, and one for the mean over parameters.

    Args:
        latents: z0 of the training and of the test trajectories, each (member, trajectory, latent), by row.
        parameters: varied parameters of the training and of the test trajectories, each (member, trajectory, parameter).
        names: names of the parameters.
        seeds: one per member.

    Returns:
        row, seed, parameter, r2, unexplained.
    """
    lines = []
    for row, both in latents.items():
        for seed, z0, test_z0, known, test in zip(seeds, *both, *parameters, strict=True):
            r2 = linear_probe(z0, known, test_z0, test)
            scores = dict(zip(names, r2, strict=True)) | {"mean": r2.mean()}
            lines += [{"row": row, "seed": seed, "parameter": name, "r2": score} for name, score in scores.items()]
    table = pd.DataFrame(lines)
    return table.assign(unexplained=unexplained(table["r2"].to_numpy()))
