"""Reversible methods for ODEs: a step of size -h undoes a step of size h, up to rounding.

A solution can then be rebuilt from its end, so a backward pass needs no memory of the steps
(:mod:`pathlode.core.solvers.reversible_gradient`). Both methods have order 2, and take one field evaluation per step and one
at the start.

On dy/dt = λ y, a step multiplies what they carry by a matrix of determinant -1, with eigenvalues x ± √(1 + x²) for x = hλ. The
first is that of the solution, e^x to order 2. The second is *parasitic*. Neither grows if x = iω with ω in [-1, 1], as for an
oscillator without damping. On a damped system, with Re x < 0, the parasitic one grows by about e^(-Re x) a step. It starts at
about x⁴ / 16 of the solution, and is as large as the solution at the time t = 2 ln(2 / \\|x\\|) / -Re λ: after six damping
times for x = -0.1. Take these methods for windows that end well before that. Half the step size adds only 2 ln 2 damping times.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import ClassVar

from torch import Tensor

from pathlode.core.shapes import Starts, State, States, Times
from pathlode.core.solvers.reversible_gradient import integrate_reversibly


class Reversible(ABC):
    """A reversible one-step method. Its steps differ in size between trajectories, but not along one."""

    order: ClassVar[int] = 2
    """Global order of convergence."""

    @abstractmethod
    def begin(self, field: Callable[[State], State], y0: State) -> tuple[State, ...]:
        """What is carried from step to step, at the start: the state first, and an estimate of its slope last.

        Each is (member, batch, state). Cost: one field evaluation.
        """

    @abstractmethod
    def step(self, field: Callable[[State], State], carried: tuple[State, ...], h: Tensor) -> tuple[State, ...]:
        """One step of size h, (member, batch, 1); a step of size -h from its result gives ``carried`` again.

        Cost: one field evaluation.
        """

    def integrate(
        self, field: Callable[[State], State], y0: State, times: Times, start: Starts, steps: int
    ) -> tuple[States, Tensor]:
        """As :func:`pathlode.core.solvers.reversible_gradient.integrate_reversibly` with this method."""
        return integrate_reversibly(field, y0, times, start, self, steps)


class AsynchronousLeapfrog(Reversible):
    """z' = k + h v' / 2 with v' = 2 f(k) - v and k = z + h v / 2: the state z and a slope v, v_0 = f(z_0), are carried.

    Source: Zhuang et al. 2021, MALI (https://arxiv.org/abs/2102.04668), without its damping η, which lowers the order to 1.
    """

    def begin(self, field: Callable[[State], State], y0: State) -> tuple[State, ...]:
        return y0, field(y0)

    def step(self, field: Callable[[State], State], carried: tuple[State, ...], h: Tensor) -> tuple[State, ...]:
        state, slope = carried
        middle = state + h / 2 * slope
        slope = 2 * field(middle) - slope
        return middle + h / 2 * slope, slope


class ReversibleHeun(Reversible):
    """z' = z + h (f(y) + f(y')) / 2 with y' = 2 z - y + h f(y): the state z and a second one y, y_0 = z_0, are carried.

    So is the slope f(y).

    Source: Kidger et al. 2021, Efficient and accurate gradients for neural SDEs (https://arxiv.org/abs/2105.13493).
    """

    def begin(self, field: Callable[[State], State], y0: State) -> tuple[State, ...]:
        return y0, y0, field(y0)

    def step(self, field: Callable[[State], State], carried: tuple[State, ...], h: Tensor) -> tuple[State, ...]:
        state, other, slope = carried
        other = 2 * state - other + h * slope
        after = field(other)
        return state + h / 2 * (slope + after), other, after


ALF = AsynchronousLeapfrog()
"""The asynchronous leapfrog."""
REVERSIBLE_HEUN = ReversibleHeun()
"""Reversible Heun."""
