"""Class balance of the beats that a classifier is fitted to."""

from dataclasses import dataclass

import numpy as np

from pathlode.ecg.features import Classes, Features
from pathlode.errors import ConfigError, DataError


@dataclass(frozen=True)
class Balance:
    """Subsamples large classes at random and enlarges small ones by SMOTE, which puts a synthetic beat between a beat and one
    of its five nearest neighbours of the same class. ``most`` = ``least`` makes all classes equal, as in paper [B].

    Args:
        most: largest number of beats of a class.
        least: least number of beats of a class. A class with too few beats for five neighbours is left unchanged.

    Source: Chawla et al. 2002 (doi:10.1613/jair.953).
    """

    most: int = 40_000
    least: int = 5_000

    def __post_init__(self) -> None:
        if not 1 <= self.least <= self.most:
            raise ConfigError(f"balance is least {self.least} and most {self.most}, expected 1 <= least <= most")

    def __call__(self, features: Features, classes: Classes, seed: int) -> tuple[Features, Classes]:
        """Balanced beats.

        Raises:
            DataError: if all beats belong to one class.
        """
        from imblearn.over_sampling import SMOTE  # two seconds, with scikit-learn
        from imblearn.pipeline import make_pipeline
        from imblearn.under_sampling import RandomUnderSampler

        labels, counts = np.unique(classes, return_counts=True)
        if len(labels) < 2:
            raise DataError(
                "all training beats belong to one class, expected at least two: choose other records or another split"
            )
        thinned = {int(label): min(int(count), self.most) for label, count in zip(labels, counts, strict=True)}
        filled = {
            label: max(count, self.least) if count > SMOTE().k_neighbors else count for label, count in thinned.items()
        }
        sampler = make_pipeline(
            RandomUnderSampler(sampling_strategy=thinned, random_state=seed),
            SMOTE(sampling_strategy=filled, random_state=seed),
        )
        resampled: tuple[Features, Classes] = sampler.fit_resample(features, classes)
        return resampled
