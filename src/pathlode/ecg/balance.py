"""How many beats of each class a classifier is fitted to."""

from dataclasses import dataclass

import numpy as np

from pathlode.ecg.features import Classes, Features
from pathlode.errors import ConfigError, DataError


@dataclass(frozen=True)
class Balance:
    """Thins large classes at random and fills small ones up by SMOTE, which puts a synthetic beat between a beat and one of its
    five nearest neighbours of its class. ``most`` = ``least`` makes all classes equal, as in paper [B].

    Args:
        most: beats of a class, at most.
        least: beats of a class, at least. A class with too few members to have five neighbours is left as it is.

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
            DataError: if all beats are of one class.
        """
        from imblearn.over_sampling import SMOTE  # two seconds, with scikit-learn
        from imblearn.pipeline import make_pipeline
        from imblearn.under_sampling import RandomUnderSampler

        labels, counts = np.unique(classes, return_counts=True)
        if len(labels) < 2:
            raise DataError("the training beats are all of one class, expected at least two classes to tell apart")
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
