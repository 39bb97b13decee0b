"""Figures of scores in patients absent from training."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pathlode.ecg.patients import AVERAGE, GROSS
from pathlode.plots.style import BLUE, PALETTE, POINT_MARKERS, VERMILLION, WIDTH
from pathlode.reporting.intervals import interval

_SCORES = {"sensitivity": (BLUE, "o", -0.15), "predictivity": (VERMILLION, "D", 0.15)}


def patient_panels(scores: pd.DataFrame, model: str, classes: Sequence[str] = ("S", "V")) -> Figure:
    """Sensitivity and positive predictivity of some classes in every record that has such beats, one panel per class: the
    median over replicates and their range. The last two columns are gross and average, with the range of the replicates'
    intervals over records.

    Args:
        scores: rows of :class:`pathlode.ecg.results.PatientScores` of one split.
        model: the classifier to draw, with RR features.
        classes: names of the classes.
    """
    figure, axes = plt.subplots(len(classes), 1, figsize=(WIDTH, 2.1 * len(classes) + 0.4), sharey=True, squeeze=False)
    chosen = scores[(scores["model"] == model) & scores["rr"].astype(bool)]
    for axis, name in zip(axes[:, 0], classes, strict=True):
        _of_class(axis, chosen[chosen["class"] == name])
        axis.set(title=f"class {name}", ylabel="share", ylim=(-0.03, 1.03))
    figure.supxlabel("test record, and its beats of the class", fontsize=9)
    figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside upper center", ncols=2)
    figure.set_layout_engine("constrained")
    return figure


def f1_over_patients(
    scores: pd.DataFrame,
    left_out: pd.DataFrame,
    models: Sequence[str],
    conditions: Sequence[str],
    confidence: float,
) -> Figure:
    """Macro F1 in patients absent from training against the sampling rate: the mean over replicates, with its interval over
    test patients and replicates, see :func:`pathlode.reporting.intervals.interval`. One panel without and one with RR
    features. Points of one rate lie beside each other.

    Args:
        scores: rows of :class:`pathlode.ecg.results.BeatScores`.
        left_out: rows of :class:`pathlode.ecg.results.ScoresWithoutRecord`; splits without such rows are left out.
        models: models to draw, in this order.
        conditions: conditions that differ in the sampling rate only.
        confidence: level of the interval.
    """
    figure, axes = plt.subplots(1, 2, figsize=(WIDTH, 3.1), sharey=True, layout="constrained")
    whole, without = (
        table[
            (table["class"] == "macro") & table["condition"].isin(conditions) & table["split"].isin(left_out["split"])
        ]
        for table in (scores, left_out)
    )
    models = [name for name in models if name in set(without["model"])]
    rates = whole.groupby("rate_hz")["condition"].first()
    for with_rr, axis in zip((False, True), axes, strict=True):
        for number, model in enumerate(models):
            chosen, others = (table[(table["model"] == model) & (table["rr"] == with_rr)] for table in (whole, without))
            if others.empty:
                continue
            values = chosen.pivot(index="condition", columns="seed", values="f1").loc[rates].to_numpy()
            each = [
                part.pivot(index="condition", columns="seed", values="f1").loc[rates].to_numpy()
                for _, part in others.groupby("without")
            ]
            ends = np.stack(interval(values, 1 - confidence, np.stack(each))).clip(0, 1)
            places = rates.index.to_numpy() * 2 ** (0.13 * (number - (len(models) - 1) / 2))
            look = {"color": PALETTE[number % len(PALETTE)], "marker": POINT_MARKERS[number % len(POINT_MARKERS)]}
            axis.vlines(places, *ends, color=look["color"], lw=1.2)
            axis.plot(places, values.mean(axis=1), ls="", ms=4, label=model, **look)
        axis.set_xscale("log", base=2)
        axis.set_xticks(rates.index, [f"{rate:g}" for rate in rates.index])
        axis.minorticks_off()
        axis.set_title(f"{'with' if with_rr else 'without'} RR intervals")
    axes[0].set_ylabel("macro F1")
    figure.supxlabel("sampling rate of the test beats (Hz)", fontsize=9)
    figure.legend(*axes[1].get_legend_handles_labels(), loc="outside upper center", ncols=4)
    return figure


def _of_class(axis: Axes, rows: pd.DataFrame) -> None:
    counts = rows.assign(record=rows["record"].astype(str)).groupby("record")["n"].first()
    records = sorted(name for name in counts.index[counts > 0] if name not in (GROSS, AVERAGE))
    columns = [*records, *([GROSS, AVERAGE] if len(counts) else [])]
    labels = [f"{name}\n{counts[name]:,}" if name in records else name for name in columns]
    axis.set_xticks(range(len(columns)), labels, fontsize=6)
    for score, (colour, marker, shift) in _SCORES.items():
        by_record = rows.assign(record=rows["record"].astype(str)).groupby("record")
        middle = by_record[score].median().reindex(columns)
        low, high = (
            by_record[f"{score}_{side}"].agg(extreme).fillna(by_record[score].agg(extreme)).reindex(columns).to_numpy()
            for side, extreme in (("low", "min"), ("high", "max"))
        )
        places = np.arange(len(columns)) + shift
        axis.vlines(places, low, high, color=colour, lw=1)
        axis.plot(places, middle, marker, ms=4, color=colour, label=score)
    if len(columns):
        axis.axvline(len(records) - 0.5, color="0.7", lw=0.8)
