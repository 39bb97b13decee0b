"""Boosted trees for beats, and how classifiers are scored."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import xgboost
from imblearn.over_sampling import SMOTE
from imblearn.pipeline import make_pipeline
from imblearn.under_sampling import RandomUnderSampler
from numpy.typing import NDArray
from sklearn.metrics import precision_recall_fscore_support, roc_auc_score
from sklearn.preprocessing import LabelEncoder

from pathlode.ecg.beats import Beats
from pathlode.ecg.records import CLASSES
from pathlode.errors import ConfigError, DataError

Features = NDArray[np.float32]
Classes = NDArray[np.int8]
Probabilities = NDArray[np.float32]


def rr_features(beats: Beats) -> Features:
    """Rhythm around each beat, (beat, 5), free of the person's own pace: the intervals before, after and the mean of the
    last ones, each over the record's mean; the one before over the mean of the last ones; the one after over the one before.
    """
    before, after, local, record = beats.rr.T
    return np.stack([before / record, after / record, local / record, before / local, after / before], axis=1)


def balance(features: Features, classes: Classes, most: int, seed: int) -> tuple[Features, Classes]:
    """Equally many beats of every class: larger classes are thinned to ``most``, smaller ones filled up by SMOTE.

    SMOTE puts synthetic beats between a beat and one of its five nearest neighbours of its class. A class with too few
    members to have that many is left as it is.

    Source: Chawla et al. 2002 (doi:10.1613/jair.953).

    Raises:
        DataError: if all beats are of one class.
    """
    if len(np.unique(classes)) < 2:
        raise DataError("the training beats are all of one class, expected at least two classes to tell apart")
    counts = {int(label): int(count) for label, count in zip(*np.unique(classes, return_counts=True), strict=True)}
    thinned = {label: min(count, most) for label, count in counts.items()}
    target = max(thinned.values())
    filled = {label: target for label, count in thinned.items() if count > SMOTE().k_neighbors}
    sampler = make_pipeline(
        RandomUnderSampler(sampling_strategy=thinned, random_state=seed),
        SMOTE(sampling_strategy=filled, random_state=seed),
    )
    resampled: tuple[Features, Classes] = sampler.fit_resample(features, classes)
    return resampled


@dataclass(frozen=True)
class TreeConfig:
    """Gradient-boosted trees.

    Args:
        rounds: most boosting rounds, each of one tree a class.
        depth: most levels of a tree.
        learning_rate: shrinkage of each tree, which sees 80 % of the beats and half of the features, in 64 bins each.
        patience: rounds without a lower validation log-loss after which boosting stops.
        most: beats of each class after balancing.
    """

    rounds: int = 300
    depth: int = 6
    learning_rate: float = 0.2
    patience: int = 15
    most: int = 10_000

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if not value > 0:
                raise ConfigError(f"trees.{name} is {value}, expected a number above 0")


class Trees:
    """XGBoost on balanced training beats, stopped by the validation log-loss.

    Args:
        config: settings.
        seed: of the balancing and of the trees.

    Source: Chen & Guestrin 2016 (doi:10.1145/2939672.2939785).
    """

    def __init__(self, config: TreeConfig, seed: int) -> None:
        self.config, self.seed = config, seed

    def fit(self, features: Features, classes: Classes, validation: Features, validation_classes: Classes) -> "Trees":
        """Fits to training beats. Validation beats of a class that training lacks are left out."""
        features, classes = balance(features, classes, self.config.most, self.seed)
        self.labels = LabelEncoder().fit(classes)  # XGBoost wants 0 ... K - 1
        known = np.isin(validation_classes, self.labels.classes_)
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
        held_out = (validation[known], self.labels.transform(validation_classes[known]))
        self.model.fit(features, self.labels.transform(classes), eval_set=[held_out], verbose=False)
        return self

    def probabilities(self, features: Features) -> Probabilities:
        """Probability of each of :data:`pathlode.ecg.records.CLASSES`, (beat, class)."""
        table = np.zeros((len(features), len(CLASSES)), dtype=np.float32)
        table[:, self.labels.classes_] = self.model.predict_proba(features)
        return table


def vote(probabilities: NDArray[np.float32]) -> tuple[Classes, Probabilities]:
    """The class that most of several encodings of a beat are given, and their mean probabilities.

    Ties go to the larger mean probability.

    Args:
        probabilities: (encoding, beat, class).
    """
    mean = probabilities.mean(axis=0)
    votes = np.eye(probabilities.shape[2])[probabilities.argmax(axis=2)].sum(axis=0)
    return (votes + 0.5 * mean).argmax(axis=1).astype(np.int8), mean


def score(truth: Classes, predicted: Classes, probabilities: Probabilities, classes: str) -> pd.DataFrame:
    """Precision, recall and F1 of each class, the area under its ROC curve against all others, and their plain means.

    Args:
        truth: index of each beat's class.
        predicted: the same, as predicted.
        probabilities: (beat, class).
        classes: names of the classes that are scored; their means are the row ``macro``.

    Returns:
        class, n, precision, recall, f1, auc. A class without a beat has no scores and does not count in the means.
    """
    labels = [CLASSES.index(name) for name in classes]
    *rates, n = precision_recall_fscore_support(truth, predicted, labels=labels, zero_division=0.0)
    precision, recall, f1 = (np.where(n > 0, values, np.nan) for values in rates)
    auc = [
        roc_auc_score(truth == label, probabilities[:, label]) if 0 < count < len(truth) else np.nan
        for label, count in zip(labels, n, strict=True)
    ]
    table = pd.DataFrame(
        {"class": list(classes), "n": n, "precision": precision, "recall": recall, "f1": f1, "auc": auc}
    )
    macro = table[["precision", "recall", "f1", "auc"]].mean()
    return pd.concat([table, pd.DataFrame([{"class": "macro", "n": int(n.sum()), **macro}])], ignore_index=True)
