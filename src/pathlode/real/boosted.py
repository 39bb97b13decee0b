"""Gradient-boosted trees on simple features, a rival without dynamics."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pathlode.core.simple import Neighbours, Numbers

LARGEST_LEAF = 20
"""Fewest series of a leaf of a classifier's trees, as scikit-learn has it, if there are many."""


def tree_predictions(
    settings: Mapping[str, Any],
    around: Neighbours,
    times: Numbers,
    asked: Numbers,
    train: NDArray[np.int64],
    most: int,
    seed: int,
) -> Numbers:
    """Predictions of every series, (series, time, feature), by one regression for each feature.

    A tree sees the time, the last value and the next one with the times to them, and the mean and number of the series'
    values of the feature. It is fitted to the asked values of the training series.

    Args:
        settings: of ``sklearn.ensemble.HistGradientBoostingRegressor``.
        around: the neighbours of every time.
        times: (series, time).
        asked: the values to predict, (series, time, feature), NaN elsewhere.
        train: positions of the training series.
        most: largest number of values that a regression is fitted to; others are left out at random.
        seed: seed of that choice and of the trees.

    Returns:
        Numbers where values are asked; NaN elsewhere, and for a feature that hardly any training series has.
    """
    from sklearn.ensemble import HistGradientBoostingRegressor  # here, because the import takes a second

    predicted = np.full(asked.shape, np.nan, np.float32)
    rng = np.random.default_rng(seed)
    for feature in range(asked.shape[2]):
        wanted = np.isfinite(asked[:, :, feature])
        fitted = wanted & np.isin(np.arange(len(asked)), train)[:, None]
        rows = rng.permutation(np.flatnonzero(fitted))[:most]
        if len(rows) < 2:
            continue
        inputs = _inputs(around, times, feature)
        given = inputs.reshape(-1, inputs.shape[-1])[rows]
        useful = varied(given)
        inputs = inputs[..., useful]
        model = HistGradientBoostingRegressor(random_state=seed, early_stopping=False, **settings)
        model.fit(given[:, useful], asked[:, :, feature].ravel()[rows])
        predicted[wanted, feature] = model.predict(inputs[wanted])
    return predicted


def _inputs(around: Neighbours, times: Numbers, feature: int) -> Numbers:
    """What a tree sees of a feature, (series, time, input)."""
    shape = times.shape
    parts = (around.last, around.since, around.following, around.until, around.mean, around.number)
    own = [np.broadcast_to(part[:, :, feature], shape) for part in parts]
    return np.stack([times, *own], axis=-1)


def varied(inputs: Numbers) -> NDArray[np.bool_]:
    """Which inputs have two different numbers at least, (input,); scikit-learn's trees fail on others."""
    low, high = (end(inputs, axis=0, initial=start, where=np.isfinite(inputs)) for end, start in
                 ((np.min, np.inf), (np.max, -np.inf)))  # fmt: skip
    return np.asarray(low < high)


def summary_features(seen: Numbers, around: Neighbours, descriptors: Numbers) -> Numbers:
    """What a classifier's trees see of a series, (series, input).

    It is the last value of each feature, its mean, smallest and largest value and its number of values, with the descriptors.
    """
    present = np.isfinite(seen)
    low = np.where(present, seen, np.inf).min(axis=1)
    high = np.where(present, seen, -np.inf).max(axis=1)
    ends = [np.where(np.isfinite(end), end, np.nan) for end in (low, high)]
    parts = [around.last[:, -1], around.mean[:, 0], *ends, around.number[:, 0], descriptors]
    return np.concatenate(parts, axis=1).astype(np.float32)


def tree_classifier(settings: Mapping[str, Any], seed: int, series: int) -> Any:
    """Boosted trees that classify, with the settings of :func:`tree_predictions`.

    A leaf holds at least :data:`LARGEST_LEAF` series, or an eighth of few: else trees of few series have no branch.

    Args:
        settings: as there.
        seed: seed of the trees.
        series: number of the series that they are fitted to.
    """
    from sklearn.ensemble import HistGradientBoostingClassifier

    leaf = {"min_samples_leaf": max(1, min(LARGEST_LEAF, series // 8))}
    return HistGradientBoostingClassifier(random_state=seed, early_stopping=False, **leaf | dict(settings))
