"""Results on real data, as files."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from pathlode.artefacts import COMMITTED, ArrayFile, TableFile, axes
from pathlode.column_kinds import Flag, Text, Whole
from pathlode.real.measured import MeasuredSeries


@dataclass(frozen=True)
class RealScores(TableFile):
    """Scores on test series, one row per data set, task, model, replicate and metric."""

    columns: ClassVar[Mapping[str, str]] = {
        "data": Text("name of the data set"),
        "task": Text("interpolation, forecast, or what a series' class is about"),
        "model": Text("name of the model"),
        "replicate": Whole("number of the replicate"),
        "metric": Text(
            "error (squared, over the mean's), auroc, auprc, accuracy, macro_f1, or missed: 1 - auroc, 1 - accuracy"
        ),
        "value": "value of the metric",
        "train_seconds": "CPU seconds of the training, with all weights that were tried",
        "seed": Whole("number of the replicate, by which claims pair rows"),
        "source": Text("origin of the files, public or invented"),
    }
    float_format: ClassVar[str | None] = None


@dataclass(frozen=True)
class WeightChoices(TableFile):
    """Validation errors of the penalty weights that were tried, one row per data set, task, model, replicate and weight."""

    columns: ClassVar[Mapping[str, str]] = {
        "data": Text("name of the data set"),
        "task": Text("interpolation or forecast"),
        "model": Text("name of the model"),
        "replicate": Whole("number of the replicate"),
        "weight": "weight of the penalty; without effect on a loss that has none",
        "error": "squared error of hidden validation values over that of the training mean",
        "chosen": Flag("whether it is the replicate's smallest"),
        "member": Whole("position in the stack of models"),
    }


@dataclass(frozen=True)
class DataCounts(TableFile):
    """What was read of each data set, one row per data set."""

    columns: ClassVar[Mapping[str, str]] = {
        "data": Text("name of the data set"),
        "source": Text("origin of the files, public or invented"),
        "series": Whole("number of series"),
        "features": Whole("number of features"),
        "values": Whole("number of measured values, those of an interval of the grid as one"),
        "missing": "share of the values at the series' times that is missing",
        "repeated": Whole("measurements of a quantity in the same minute as another"),
        "implausible": Whole("measurements outside the plausible range, which count as missing"),
        "unknown": Whole("unknown descriptors"),
        "empty": Whole("series without a measurement, which are left out"),
    }


@dataclass(frozen=True)
class PublishedScores(TableFile):
    """Scores that others published on the same data, one row per paper, model, task and metric."""

    columns: ClassVar[Mapping[str, str]] = {
        "paper": Text("authors and year"),
        "model": Text("the model, in our words"),
        "task": Text("interpolation, forecast, or death"),
        "metric": Text("mse, the squared error in units of the paper, or auroc"),
        "value": "value of the metric",
        "spread": "standard deviation over the paper's repetitions; empty where unknown",
        "source": Text("where the number stands; second-hand if it was quoted elsewhere"),
    }
    remedy: ClassVar[str] = COMMITTED


@dataclass(frozen=True)
class SeriesExamples(ArrayFile):
    """Predictions for a few test series of the first replicate.

    Attributes:
        data: name of the data set.
        source: origin of the files, public or invented.
        time_unit: unit of the times.
        task: interpolation or forecast.
        names: names of the series.
        features: names of the features, with units.
        times: (series, time).
        seen: values that models may read, NaN elsewhere.
        asked: values that they must predict, NaN elsewhere.
        predicted: by model.
    """

    data: str
    source: str
    time_unit: str
    task: str
    names: Sequence[str]
    features: Sequence[str]
    times: NDArray[np.float32] = axes("series", "time")
    seen: NDArray[np.float32] = axes("series", "time", "feature")
    asked: NDArray[np.float32] = axes("series", "time", "feature")
    predicted: Mapping[str, NDArray[np.float32]] = axes("series", "time", "feature", by="model")


def score_rows(
    measured: MeasuredSeries,
    model: str,
    replicate: int,
    scores: Mapping[str, Mapping[str, float]],
    seconds: float = float("nan"),
) -> list[dict[str, Any]]:
    """Rows of :class:`RealScores` of one model in one replicate.

    Args:
        measured: the data set.
        model: name of the model.
        replicate: number of the replicate.
        scores: value by task and metric.
        seconds: CPU seconds of the training.
    """
    facts = {"data": measured.data, "model": model, "replicate": replicate, "seed": replicate}
    return [
        facts | {"task": task, "metric": metric, "value": value, "train_seconds": seconds, "source": measured.source}
        for task, values in scores.items()
        for metric, value in values.items()
    ]
