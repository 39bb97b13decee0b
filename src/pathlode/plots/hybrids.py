"""Figure of models of which an expert knows a part, where training series are few."""

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure

from pathlode.plots.style import WIDTH, line_styles, log_scale
from pathlode.reporting.naming import readable
from pathlode.rivals.columns import SHORT


def errors_by_training_series(scores: pd.DataFrame) -> Figure:
    """Error of each row against the number of training series, one panel per error: median over replicates and range.

    Args:
        scores: rows of :class:`pathlode.rivals.results.HybridScores`.
    """
    rows = list(dict.fromkeys(scores["row"]))
    styles = line_styles(rows)
    figure, axes = plt.subplots(1, len(SHORT), figsize=(WIDTH, 2.7), sharey=True, layout="constrained")
    for axis, (metric, words) in zip(axes, SHORT.items(), strict=True):
        for row in rows:
            found = scores[scores["row"] == row].groupby("training_series")[metric]
            middle, style = found.median(), styles[row]
            reach = [middle - found.min(), found.max() - middle]
            axis.errorbar(
                middle.index, middle, reach, color=style.colour, ls=style.dashes, marker=style.marker, ms=4, lw=1.2,
                elinewidth=0.8, label=row,
            )  # fmt: skip
        log_scale(axis, "x")
        log_scale(axis, "y")
        counts = sorted(scores["training_series"].unique())
        axis.set_xticks(counts, [str(count) for count in counts])
        axis.minorticks_off()
        axis.set(title=f"{readable(scores['data'].iloc[0])}, {words}", xlabel="training series")
    axes[0].set_ylabel("NMSE")
    axes[-1].legend(loc="center left", bbox_to_anchor=(1, 0.5))
    return figure
