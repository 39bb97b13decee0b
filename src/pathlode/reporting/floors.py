"""Lower bounds of the columns that claims compare by ratios.

A ratio does not exist if one side is 0, and means nothing if one side is smaller than what the data resolve. A share of
finitely many cases can be 0, and is resolved up to one of them. Each function here replaces such values by the least value that
is resolved.

Other columns have no bound. Squared errors, distances, divergences, lengths and variances of real numbers are 0 only if they
agree to the last digit, which no learnt model does, and differ between replicates by far more than rounding; a perplexity is
positive; steps, parameters and seconds are counted from the first one. If such a column is 0 all the same,
:func:`pathlode.reporting.verdicts.log_ratios` refuses it and names the claim's values.
"""

from typing import Any

import numpy as np


def missed_share(score: Any, n: Any) -> Any:
    """``max(1 - score, 0.5 / n)``, the difference between a score and its largest value 1.

    A share of errors among n cases is a multiple of 1 / n. Even without an error, a share of half a case, 0.5 / n, is not ruled
    out.

    Args:
        score: a score between 0 and 1, such as accuracy, F1 or AUC; NaN stays NaN.
        n: number of cases that the score is computed from.

    Returns:
        Of the arguments' kind: a number, an array or a column.
    """
    return np.maximum(1 - score, 0.5 / n)


def accuracy_excess(accuracy: Any, floor: Any, n: int) -> Any:
    """``max(accuracy - floor, √(2 · 0.25 / n))``, the accuracy of a two-sample test above that for two equal samples.

    The bound is the standard error of the difference of two accuracies. Each is the share of n draws that a classifier assigns
    to the right one of two samples. If these are equal, it is right for half of them, with a variance of 0.25 / n. A smaller
    excess is within noise of 0.

    Args:
        accuracy: accuracy of classifying a sample against the reference sample; NaN stays NaN.
        floor: accuracy of classifying another reference sample against it.
        n: number of classified draws in either test, those of both samples together.

    Returns:
        Of the accuracy's kind: a number, an array or a column.
    """
    return np.maximum(accuracy - floor, np.sqrt(2 * 0.25 / n))
