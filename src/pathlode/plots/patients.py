"""Figures of scores by patient."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pathlode.ecg.patients import AVERAGE, GROSS
from pathlode.plots.style import BLUE, VERMILLION, WIDTH

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
