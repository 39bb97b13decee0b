"""Butcher tableaus with continuous extensions for the fixed-step solvers.

A step of size h from y_n evaluates the stages k_1 ... k_s. Every method here also evaluates the field at the step's end,
k_{s+1} = f(y_{n+1}), which is the next step's k_1. The solution inside the step is

    y(t_n + θ h) = y_n + h Σ_i b_i(θ) k_i,   b_i(θ) = Σ_j dense[j][i] θ^(j+1),   0 ≤ θ ≤ 1.

Each tableau checks its coefficients when it is made.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Tableau:
    """An explicit Runge-Kutta method with dense output of matching order.

    Args:
        order: global order of convergence, at the ends of steps and between them.
        a: stage weights, row i for stage i + 2 (the first stage has none).
        b: weights of the step.
        dense: ``dense[j][i]``, the coefficient of θ^(j+1) in the weight of stage i + 1; s + 1 columns.

    Raises:
        ValueError: if rows have wrong lengths, the weights do not sum to one, or the dense output does not meet the
            step's ends with the right value and slope.
    """

    order: int
    a: tuple[tuple[float, ...], ...]
    b: tuple[float, ...]
    dense: tuple[tuple[float, ...], ...]

    def __post_init__(self) -> None:
        stages = len(self.b)
        if [len(row) for row in self.a] != list(range(1, stages)):
            raise ValueError("the rows of a must have 1, 2, ..., stages - 1 entries")
        if any(len(row) != stages + 1 for row in self.dense):
            raise ValueError("each row of dense must have stages + 1 entries")
        first, last = [1.0] + [0.0] * stages, [0.0] * stages + [1.0]
        value = [sum(column) for column in zip(*self.dense, strict=True)]
        slope = [sum((j + 1) * c for j, c in enumerate(column)) for column in zip(*self.dense, strict=True)]
        for name, got, expected in (
            ("b must sum to one", [sum(self.b)], [1.0]),
            ("the dense output must start with slope k_1", self.dense[0], first),
            ("the dense output must end at the step's value", value, [*self.b, 0.0]),
            ("the dense output must end with slope k_(s+1)", slope, last),
        ):
            if not _close(got, expected):
                raise ValueError(f"{name}, but gives {list(got)} instead of {expected}")


def _close(got: Sequence[float], expected: Sequence[float]) -> bool:
    return all(math.isclose(x, y, abs_tol=1e-11) for x, y in zip(got, expected, strict=True))


def _hermite(b: tuple[float, ...]) -> tuple[tuple[float, ...], ...]:
    """Cubic Hermite interpolation between the ends' values and slopes, written as weights of the stages."""
    first, last = [1.0] + [0.0] * len(b), [0.0] * len(b) + [1.0]
    step = [*b, 0.0]
    quadratic = [3 * s - 2 * f - e for s, f, e in zip(step, first, last, strict=True)]
    cubic = [-2 * s + f + e for s, f, e in zip(step, first, last, strict=True)]
    return tuple(first), tuple(quadratic), tuple(cubic)


_RK4_WEIGHTS = (1 / 6, 1 / 3, 1 / 3, 1 / 6)

RK4 = Tableau(
    order=4,
    a=((0.5,), (0.0, 0.5), (0.0, 0.0, 1.0)),
    b=_RK4_WEIGHTS,
    dense=_hermite(_RK4_WEIGHTS),
)
"""The classical Runge-Kutta method, with cubic Hermite dense output.

y' = y + h (k_1 + 2 k_2 + 2 k_3 + k_4) / 6, with errors O(h⁴) at the ends of steps and between them.

Source: Kutta 1901, Beitrag zur näherungsweisen Integration totaler Differentialgleichungen
(https://archive.org/stream/zeitschriftfrma12runggoog#page/n449/mode/2up).
"""

TSIT5 = Tableau(
    order=5,
    a=(
        (0.161,),
        (-0.008480655492356989, 0.335480655492357),
        (2.8971530571054935, -6.359448489975075, 4.3622954328695815),
        (5.325864828439257, -11.748883564062828, 7.4955393428898365, -0.09249506636175525),
        (5.86145544294642, -12.92096931784711, 8.159367898576159, -0.071584973281401, -0.028269050394068383),
    ),
    b=(
        0.09646076681806523,
        0.01,
        0.4798896504144996,
        1.379008574103742,
        -3.290069515436081,
        2.324710524099774,
    ),
    dense=(
        (1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0),
        (
            -2.763706197274826,
            0.1317,
            3.9302962368947516,
            -12.411077166933676,
            37.50931341651104,
            -27.896526289197286,
            1.5,
        ),
        (
            2.9132554618219126,
            -0.2234,
            -5.941033872131505,
            30.33818863028232,
            -88.1789048947664,
            65.09189467479366,
            -4.0,
        ),
        (
            -1.0530884977290216,
            0.1017,
            2.490627285651253,
            -16.548102889244902,
            47.37952196281928,
            -34.87065786149661,
            2.5,
        ),
    ),
)
"""The Runge-Kutta method of Tsitouras, with its free quartic dense output.

y' = y + h Σ_i b_i k_i of six stages, with errors O(h⁵) at the ends of steps and between them.

Source: Tsitouras 2011, Runge-Kutta pairs of order 5(4) satisfying only the first column simplifying assumption
(https://doi.org/10.1016/j.camwa.2011.06.002).
"""
