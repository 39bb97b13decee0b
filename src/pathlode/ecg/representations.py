"""Representations of a beat for a classifier, at any sampling rate.

A representation takes times (beat, time) in seconds from the R peak and values (beat, time, 1) in millivolts, and returns
features (beat, feature).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from torch import Tensor

from pathlode.core.interpolation import interpolate
from pathlode.core.series import TimeSeries
from pathlode.core.shapes import Times, Values
from pathlode.ecg.conditions import TIMES
from pathlode.ecg.features import Features
from pathlode.ecg.records import RATE
from pathlode.errors import ConfigError, DataError
from pathlode.models.contract import SequenceModel
from pathlode.models.latents import encode

Representation = Callable[[Times, Values], Features]


@dataclass(frozen=True)
class Samples:
    """The samples themselves, linearly interpolated onto a regular grid.

    Args:
        rate: sampling rate of the grid, in Hz; 360 divided by a whole number.
    """

    rate: int = RATE

    def __post_init__(self) -> None:
        if self.rate < 1 or RATE % self.rate:
            raise ConfigError(f"the rate of a grid is {self.rate} Hz, expected {RATE} Hz divided by a whole number")

    def __call__(self, times: Times, values: Values) -> Features:
        return interpolate(times, values, TIMES[:: RATE // self.rate])[..., 0].numpy()


class PrincipalComponents:
    """The first principal components of the samples at 360 Hz.

    Args:
        beats: training beats, (beat, POINTS).
        components: number of components.

    Raises:
        DataError: if there are fewer beats than components.
    """

    def __init__(self, beats: Tensor, components: int) -> None:
        from sklearn.decomposition import PCA  # here, because the import takes one and a half seconds

        if len(beats) < components:
            raise DataError(f"{len(beats)} training beats do not have {components} principal components: choose fewer")
        self.samples = Samples()
        self.pca = PCA(components, svd_solver="covariance_eigh").fit(beats.numpy())

    def __call__(self, times: Times, values: Values) -> Features:
        return self.pca.transform(self.samples(times, values)).astype(np.float32)


@dataclass(frozen=True)
class Latents:
    """z0 of a trained latent ODE.

    Args:
        model: a stack; its first member encodes.
    """

    model: SequenceModel

    def __call__(self, times: Times, values: Values) -> Features:
        return encode(self.model, TimeSeries(times, values, "beats"))[0].numpy()
