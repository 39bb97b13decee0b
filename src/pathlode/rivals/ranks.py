"""Mean ranks of several models over several blocks, and which differences between them count.

A block is a data set, or a replicate of one data set. Source: Demšar 2006, Statistical comparisons of classifiers over multiple
data sets (https://jmlr.org/papers/v7/demsar06a.html).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import friedmanchisquare, studentized_range


@dataclass(frozen=True)
class Ranking:
    """Mean ranks, the best first.

    Attributes:
        rows: names.
        ranks: mean rank of each over the blocks; 1 is the smallest error.
        blocks: number of blocks.
        p: p-value of Friedman's test; its hypothesis is that in every block all orders are equally likely.
        critical_difference: see :func:`critical_difference`.
    """

    rows: Sequence[str]
    ranks: Sequence[float]
    blocks: int
    p: float
    critical_difference: float

    def alike(self) -> list[tuple[int, int]]:
        """The largest groups of successive rows whose mean ranks differ by less than the critical difference.

        Returns:
            positions of the first and the last row of each group of two or more.
        """
        ends = [int(np.searchsorted(self.ranks, rank + self.critical_difference)) - 1 for rank in self.ranks]
        groups = [(first, last) for first, last in enumerate(ends) if last > first]
        return [(first, last) for first, last in groups if not any(a < first and last <= b for a, b in groups)]


def ranking(errors: pd.DataFrame, level: float = 0.05) -> Ranking:
    """The ranking of columns by their errors in every line.

    Equal errors share the mean of their ranks. A missing error has the last rank.

    Args:
        errors: a line per block, at least two, and a column per row, at least three.
        level: α, the probability of calling any two rows different if all are alike.
    """
    given = errors.fillna(math.inf)
    ranks = given.rank(axis=1).mean().sort_values(kind="stable")
    equal = (given.nunique(axis=1) == 1).all()
    p = 1.0 if equal else float(friedmanchisquare(*given.to_numpy().T).pvalue)
    difference = critical_difference(len(ranks), len(given), level)
    return Ranking(ranks.index.tolist(), ranks.tolist(), len(given), p, difference)


def critical_difference(rows: int, blocks: int, level: float = 0.05) -> float:
    """Nemenyi's critical difference q √(k (k + 1) / (6 N)) of k = ``rows`` mean ranks over N = ``blocks``.

    q is the quantile 1 - ``level`` of the studentised range of k normal variables, over √2.
    """
    q = float(studentized_range.ppf(1 - level, rows, np.inf)) / math.sqrt(2)
    return q * math.sqrt(rows * (rows + 1) / (6 * blocks))
