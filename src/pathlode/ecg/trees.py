"""Boosted trees."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from pathlode.core.tensor_files import beside
from pathlode.ecg.features import Classes, Features, Probabilities
from pathlode.ecg.records import CLASSES
from pathlode.errors import ConfigError
from pathlode.files import as_json, writing


@dataclass(frozen=True)
class TreeConfig:
    """Gradient-boosted trees.

    Args:
        rounds: largest number of boosting rounds, each with one tree per class.
        depth: largest depth of a tree.
        learning_rate: shrinkage of each tree. A tree sees 80 % of the beats and half of the features, each in 64 bins.
        patience: rounds without a lower validation log-loss after which boosting stops.
    """

    rounds: int = 200
    depth: int = 8
    learning_rate: float = 0.3
    patience: int = 15

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if not value > 0:
                raise ConfigError(f"trees.{name} is {value}, expected a number above 0")


class Trees:
    """XGBoost, stopped early by the validation log-loss.

    Args:
        config: settings.
        seed: seed of the random choices of beats and features.
        kept: has no effect, because trees are fitted too fast to need a checkpoint.

    Source: Chen & Guestrin 2016, XGBoost (https://doi.org/10.1145/2939672.2939785).
    """

    settings = TreeConfig
    """The class of ``config``."""

    def __init__(self, config: TreeConfig, seed: int, kept: Path | None = None) -> None:
        self.config, self.seed = config, seed

    def fit(self, features: Features, classes: Classes, validation: Features, validation_classes: Classes) -> "Trees":
        """Fits to training beats. Validation beats of classes absent from training are left out."""
        import xgboost  # here, because the import takes one and a half seconds, with scikit-learn

        self.known, labels = np.unique(classes, return_inverse=True)  # XGBoost expects 0 ... K - 1
        usable = np.isin(validation_classes, self.known)
        held_out = (validation[usable], np.searchsorted(self.known, validation_classes[usable]))
        self.model = xgboost.XGBClassifier(
            n_estimators=self.config.rounds,
            max_depth=self.config.depth,
            learning_rate=self.config.learning_rate,
            early_stopping_rounds=self.config.patience,
            max_bin=64,
            subsample=0.8,
            colsample_bytree=0.5,
            tree_method="hist",
            n_jobs=1,
            random_state=self.seed,
        )
        self.model.fit(features, labels, eval_set=[held_out], verbose=False)
        return self

    @property
    def booster(self) -> Any:
        """XGBoost's trees up to the best round."""
        return self.model.get_booster()[: self.model.best_iteration + 1]

    @property
    def corrections(self) -> list[float]:
        """Factor of each known class's probability in a correction to the true prior, here unknown: 1."""
        return [1.0] * len(self.known)

    def probabilities(self, features: Features) -> Probabilities:
        """Probability of each of :data:`pathlode.ecg.records.CLASSES`, (beat, class)."""
        table = np.zeros((len(features), len(CLASSES)), dtype=np.float32)
        table[:, self.known] = self.model.predict_proba(features)
        return table

    def save(self, path: Path, **extra: Any) -> None:
        """Writes the trees up to the best round in XGBoost's binary format. The attribute ``classes`` gives the index in
        :data:`pathlode.ecg.records.CLASSES` of each output. The plain values in ``extra`` become attributes too, as JSON."""
        booster = self.booster
        beside_trees = {name: as_json(extra[name], name) for name in extra}
        booster.set_attr(**beside({"classes": " ".join(map(str, self.known))}, beside_trees))
        with writing(path) as temporary:
            temporary.write_bytes(booster.save_raw("ubj"))
