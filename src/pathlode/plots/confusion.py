"""Confusion matrices of classes of heartbeats."""

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from pathlode.ecg.records import CLASSES
from pathlode.plots.style import WIDTH, matrix, three_a_line


def confusion(truth: NDArray[np.int8], predicted: Mapping[str, NDArray[np.int8]], classes: str) -> Figure:
    """Confusion matrices, each row in per cent of its true class, one panel per condition. If a row sums to less than 100, the
    rest was predicted as a class that is not drawn.

    Args:
        truth: index of each test beat's class.
        predicted: index of each test beat's predicted class, by condition.
        classes: classes to draw.
    """
    figure, axes = three_a_line(len(predicted), 1.9)
    for axis, (condition, given) in zip(axes, predicted.items(), strict=True):
        _confused(axis, truth, given, classes, condition)
    return _with_classes(figure)


def confusion_by_split(said: Mapping[str, tuple[NDArray[np.int8], NDArray[np.int8], str]]) -> Figure:
    """Confusion matrices as in :func:`confusion`, one panel per split.

    Args:
        said: index of each test beat's class, that of its predicted class, and the classes to draw, by split.
    """
    figure, axes = plt.subplots(1, len(said), figsize=(WIDTH, 2.8), squeeze=False)
    for axis, (split, (truth, predicted, classes)) in zip(axes[0], said.items(), strict=True):
        _confused(axis, truth, predicted, classes, f"{split.replace('_', '-')} split")
    return _with_classes(figure)


def _confused(axis: Axes, truth: NDArray[np.int8], predicted: NDArray[np.int8], classes: str, title: str) -> None:
    from sklearn.metrics import confusion_matrix

    labels = [CLASSES.index(name) for name in classes]
    whole = confusion_matrix(truth, predicted, labels=range(len(CLASSES)), normalize="true")
    shares = pd.DataFrame(100 * whole[np.ix_(labels, labels)], list(classes), list(classes))
    matrix(axis, shares, fmt=".0f", cmap="Blues", vmax=100, square=True)
    axis.set_title(title)


def _with_classes(figure: Figure) -> Figure:
    figure.supxlabel("predicted class", fontsize=9)
    figure.supylabel("true class (row = 100 %)", fontsize=9)
    figure.set_layout_engine("constrained")
    return figure
