"""Figure of scores on recordings as they are worn."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pathlode.plots.style import PALETTE, POINT_MARKERS, WIDTH

_UNDISTURBED = "none"


def worn_panels(scores: pd.DataFrame, noises: Sequence[str], changes: Sequence[str]) -> Figure:
    """Macro F1 of each classifier against the signal-to-noise ratio, one panel per noise with the share of beats that are too
    noisy dashed; in the last panel, under each change. Without a disturbance, it is a dotted line.

    Args:
        scores: rows of :class:`pathlode.ecg.worn_scores.WornScores`.
        noises: names of noises.
        changes: names of changes.
    """
    macro = scores[scores["class"] == "macro"]
    columns = len(noises) + 1
    figure, axes = plt.subplots(1, columns, figsize=(WIDTH, 2.6), sharey=True, layout="constrained")
    for axis, kind in zip(axes, noises, strict=False):
        rows = macro[macro["disturbance"] == kind].sort_values("snr_db")
        _models(axis, rows.assign(place=rows["snr_db"]), macro)
        share = rows.groupby("snr_db")["too_noisy"].first()
        axis.plot(share.index, share, "--", color="0.5", lw=1, label="share too noisy")
        axis.set(title=kind, xlabel="signal-to-noise (dB)", xticks=list(share.index))
    rows = macro[macro["disturbance"].isin(changes)]
    _models(axes[-1], rows.assign(place=rows["disturbance"].map(list(changes).index)), macro, line="")
    labels = [change.replace(" ", "\n", 1) for change in changes]
    axes[-1].set_xticks(range(len(changes)), labels, fontsize=6)
    axes[-1].set(title="other", xlim=(-0.5, len(changes) - 0.5))
    axes[0].set(ylabel="macro F1, share", ylim=(0, 1))
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside upper center", ncols=5)
    return figure


def _models(axis: Axes, rows: pd.DataFrame, macro: pd.DataFrame, line: str = "-") -> None:
    for number, model in enumerate(macro["model"].unique()):
        colour, mine = PALETTE[number % len(PALETTE)], rows[rows["model"] == model]
        look = {"color": colour, "marker": POINT_MARKERS[number % len(POINT_MARKERS)], "ms": 4, "label": model}
        axis.plot(mine["place"], mine["f1"], line, **look)
        clean = macro[(macro["model"] == model) & (macro["disturbance"] == _UNDISTURBED)]["f1"]
        axis.axhline(float(clean.iloc[0]), color=colour, ls=":", lw=0.8)
