"""Boosted trees that see every class with a weight, for patients absent from training."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pathlode.ecg.features import Classes, Features
from pathlode.ecg.trees import Trees
from pathlode.errors import ConfigError


@dataclass(frozen=True)
class WeightedTreeConfig:
    """Weighted boosted trees.

    Args:
        rounds: number of boosting rounds, each with one tree per class.
        depth: largest depth of a tree.
        learning_rate: shrinkage of each tree. A tree sees 80 % of the beats and half of the features, each in 64 bins.
        exponent: a class of n beats has the weight n^(1 - exponent) in all: its true share at 0, that of the others at 1.
        most: largest number of beats of a class; those drawn at random from a larger one count for all of it.
    """

    rounds: int = 60
    depth: int = 3
    learning_rate: float = 0.15
    exponent: float = 0.5
    most: int = 6000

    def __post_init__(self) -> None:
        for name in ("rounds", "depth", "learning_rate", "most"):
            if not getattr(self, name) > 0:
                raise ConfigError(f"weighted_trees.{name} is {getattr(self, name)}, expected a number above 0")
        if not 0 <= self.exponent <= 1:
            raise ConfigError(f"weighted_trees.exponent is {self.exponent}, expected 0 to 1")


class WeightedTrees(Trees):
    """XGBoost on weighted beats, with a given number of rounds: too few patients are left out of training to decide when to
    stop, so that it is fitted to the validation beats as well.

    Probabilities are those under the weights' prior, which lies between the true one and equal classes. Times ``corrections``,
    normalised, they are those under the true prior of the training beats, p(c) n_c^exponent / sum over c.

    Args:
        config: settings.
        seed: seed of the random choices.
        kept: has no effect, as in :class:`pathlode.ecg.trees.Trees`.

    Source: Saerens et al. 2002, Adjusting the outputs of a classifier to new a priori probabilities: a simple procedure
    (https://doi.org/10.1162/089976602753284446).
    """

    settings: Any = WeightedTreeConfig
    config: Any

    def __init__(self, config: WeightedTreeConfig, seed: int, kept: Path | None = None) -> None:
        self.config, self.seed = config, seed

    def fit(self, features: Features, classes: Classes, validation: Features, validation_classes: Classes) -> "Trees":
        """Fits to training and validation beats together."""
        import xgboost  # here, because the import takes one and a half seconds, with scikit-learn

        everything, of_all = np.concatenate([features, validation]), np.concatenate([classes, validation_classes])
        self.known, labels, self.counts = np.unique(of_all, return_inverse=True, return_counts=True)
        chosen, weights = weighted(labels, self.config.exponent, self.config.most, self.seed)
        self.model = xgboost.XGBClassifier(
            n_estimators=self.config.rounds,
            max_depth=self.config.depth,
            learning_rate=self.config.learning_rate,
            max_bin=64,
            subsample=0.8,
            colsample_bytree=0.5,
            tree_method="hist",
            n_jobs=1,
            random_state=self.seed,
        )
        self.model.fit(everything[chosen], labels[chosen], sample_weight=weights)
        return self

    @property
    def booster(self) -> Any:
        """XGBoost's trees."""
        return self.model.get_booster()

    @property
    def corrections(self) -> list[float]:
        """Factor of each known class's probability in the correction to the true prior."""
        return [float(factor) for factor in (self.counts / self.counts.sum()) ** self.config.exponent]


def weighted(
    labels: NDArray[np.int64], exponent: float, most: int, seed: int
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """At most ``most`` beats of each class, drawn at random, and their weights, whose mean is 1. The weights of a class of n
    beats sum to a multiple of n^(1 - exponent), whatever its number of drawn beats.

    Args:
        labels: class of each beat, 0 to K - 1, (beat,).
        exponent: see :class:`WeightedTreeConfig`.
        most: the same.
        seed: of the choice.
    """
    rng, counts = np.random.default_rng(seed), np.bincount(labels)
    parts = [np.flatnonzero(labels == label) for label in range(len(counts))]
    drawn = [np.sort(rng.choice(part, most, replace=False)) if len(part) > most else part for part in parts]
    chosen = np.concatenate(drawn)
    used = np.bincount(labels[chosen], minlength=len(counts))
    weights = (counts.clip(1) ** (1 - exponent) / used.clip(1))[labels[chosen]]
    return chosen, weights / weights.mean()


def as_they_are(features: Features, classes: Classes) -> tuple[Features, Classes]:
    """The beats without a balance, for a classifier that weighs them."""
    return features, classes
