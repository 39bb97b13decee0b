"""Scores of models and of their rivals on the test series of every replicate."""

import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import torch

from pathlode.core.simple import SIMPLE, Numbers, neighbours
from pathlode.models.contract import SequenceModel
from pathlode.models.latents import encode
from pathlode.real.boosted import summary_features, tree_classifier, tree_predictions, varied
from pathlode.real.fits import Asked, tensors
from pathlode.real.measured import UNKNOWN, MeasuredSeries
from pathlode.real.results import SeriesExamples
from pathlode.real.scores import class_scores
from pathlode.real.splits import SeriesSplit

if TYPE_CHECKING:
    from pathlode.core.solve import Adaptive

EXAMPLES, EXAMPLE_FEATURES = 3, 3
"""Test series, and features of each, that are kept as examples."""


def weight_choices(
    asked: Sequence[Asked], model: SequenceModel, weights: Sequence[float], solver: "Adaptive | None"
) -> pd.DataFrame:
    """Error of each member of a stack on the hidden values of its replicate's validation series.

    Args:
        asked: what each replicate asks.
        model: a stack with one member for each replicate and weight, in this order.
        weights: the weights that were tried.
        solver: as in :meth:`pathlode.models.contract.SequenceModel.forward`.

    Returns:
        replicate (its position), weight, error, chosen, member. In every replicate the smallest error is chosen.
    """
    rows = []
    for replicate, own in enumerate(asked):
        held_out = own.split.validation
        for number, weight in enumerate(weights):
            member = replicate * len(weights) + number
            error = own.error(own.predicted_by(model.member(member), held_out, solver), held_out)
            rows.append({"replicate": replicate, "weight": weight, "error": error, "member": member})
    table = pd.DataFrame(rows)
    best = table.groupby("replicate")["error"].idxmin()
    return table.assign(chosen=table.index.isin(best))


def simple_predictions(asked: Asked) -> dict[str, Numbers]:
    """Predictions without a model, by name, for all series."""
    around = neighbours(asked.times, asked.seen)
    return {name: predict(around) for name, predict in SIMPLE.items()}


def boosted_predictions(asked: Asked, settings: Mapping[str, Any], most: int, seed: int) -> tuple[Numbers, float]:
    """Predictions of boosted trees for all series, and the CPU seconds that they took."""
    started = time.process_time()
    around = neighbours(asked.times, asked.seen)
    found = tree_predictions(settings, around, asked.times, asked.values, asked.split.train, most, seed)
    return found, time.process_time() - started


def z0_of_all(measured: MeasuredSeries, model: SequenceModel) -> Numbers:
    """z0 of all series, from all of their values, by a model of one member, (series, latent)."""
    times, values = measured.padded()
    return encode(model, tensors(times, values, measured.data))[0].numpy()


def classified_by_model(measured: MeasuredSeries, model: SequenceModel, split: SeriesSplit) -> dict[str, float]:
    """Scores of classes predicted from z0, of all values of a series, by the model's own head or else a logistic regression."""
    z0 = z0_of_all(measured, model)
    told = model.outcome(torch.from_numpy(z0[None]))
    if told is None:
        return classified_by_line(z0, measured, split)
    known = split.test[measured.labels[split.test] != UNKNOWN]
    probabilities = told[0].double().softmax(dim=-1).numpy(force=True)
    return class_scores(measured.labels[known], probabilities[known])


def series_summaries(measured: MeasuredSeries) -> Numbers:
    """Simple features of all series, from all of their values, with their descriptors, (series, input)."""
    times, values = measured.padded()
    return summary_features(values, neighbours(times, values), measured.descriptors)


def classified_by_line(inputs: Numbers, measured: MeasuredSeries, split: SeriesSplit) -> dict[str, float]:
    """Scores of a logistic regression on standardised inputs, fitted to the training series."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    return _classified(make_pipeline(StandardScaler(), LogisticRegression(max_iter=2000)), inputs, measured, split)


def classified_by_trees(
    measured: MeasuredSeries, split: SeriesSplit, settings: Mapping[str, Any], seed: int
) -> dict[str, float]:
    """Scores of boosted trees on simple features, fitted to the training series."""
    inputs = series_summaries(measured)
    return _classified(
        tree_classifier(settings, seed, len(split.train)), inputs[:, varied(inputs[split.train])], measured, split
    )


def classified_by_frequency(measured: MeasuredSeries, split: SeriesSplit) -> dict[str, float]:
    """Scores of the training classes' frequencies, the same for every series."""
    from sklearn.dummy import DummyClassifier

    return _classified(
        DummyClassifier(strategy="prior"), np.zeros((len(measured.counts), 1), np.float32), measured, split
    )


def _classified(classifier: Any, inputs: Numbers, measured: MeasuredSeries, split: SeriesSplit) -> dict[str, float]:
    fitted, scored = (part[measured.labels[part] != UNKNOWN] for part in (split.train, split.test))
    classifier.fit(inputs[fitted], measured.labels[fitted])
    return class_scores(measured.labels[scored], classifier.predict_proba(inputs[scored]))


def examples(
    asked: Asked, models: Mapping[str, SequenceModel], simple: Sequence[str], solver: "Adaptive | None"
) -> SeriesExamples:
    """Predictions for the test series of which most is asked, at their most measured features.

    Args:
        asked: what the first replicate asks.
        models: models of one member, by name.
        simple: names of the predictions without a model that are shown too.
        solver: as in :func:`weight_choices`.
    """
    measured, present = asked.measured, np.isfinite(asked.values)
    order = np.argsort(-present[asked.split.test].sum(axis=(1, 2)), kind="stable")[:EXAMPLES]
    chosen = asked.split.test[order]
    shown = np.argsort(-present.sum(axis=(0, 1)), kind="stable")[:EXAMPLE_FEATURES]
    predicted = {name: asked.predicted_by(model, chosen, solver) for name, model in models.items()}
    predicted |= {name: found[chosen] for name, found in simple_predictions(asked).items() if name in simple}
    return SeriesExamples(
        data=measured.data,
        source=measured.source,
        time_unit=measured.time_unit,
        task=asked.goal,
        names=measured.names[chosen].tolist(),
        features=[f"{measured.features[each]} ({measured.units[each]})" for each in shown],
        times=asked.times[chosen],
        seen=asked.seen[chosen][..., shown],
        asked=asked.values[chosen][..., shown],
        predicted={name: found[..., shown].astype(np.float32) for name, found in predicted.items()},
    )
