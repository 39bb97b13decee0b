"""Windows of chaotic flows, drawn on the attractor, and the orbits that follow them."""

import math
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from pathlode.arrays import Array
from pathlode.chaos.data import ChaosData
from pathlode.chaos.flows import ChaoticFlow, flow
from pathlode.chaos.forecasts import NUDGE
from pathlode.chaos.orbits import ATTRACTOR_SOLVER, FLOW_SOLVER, drawn_states, escaped, flow_orbits
from pathlode.core.shapes import State, States, Times, Values
from pathlode.core.solve import Adaptive
from pathlode.dynamics.simulation import irregular_times
from pathlode.errors import DataError, is_count, is_positive, refuse_unless

WINDOWS_AN_ORBIT = 4
"""Windows of one orbit."""
WINDOW_GAP = 0.5, 1.0
"""Range of the periods between two of them, uniform."""
REDRAWN = 20
"""Times that orbits are drawn again in place of those that escape."""


@dataclass(frozen=True)
class Sampling:
    """How a flow is observed and what follows is kept. All times are in periods of the flow.

    Args:
        train: windows that are fitted.
        validation: windows that choose the best weights.
        test: windows from which forecasts begin; as many are drawn for orbits that are independent of them.
        points: observations of a window.
        window: range (low, high) of a window's duration, uniform.
        regular: whether the observations of a window are equally spaced, from its beginning to its end.
        settling: range (low, high) of the time before an orbit's first window, uniform, in which it comes to a random place of
            the attractor.
        noise: standard deviation of the Gaussian noise on every observed value, in standard deviations of the quantity.
        horizon: how far a forecast goes, in Lyapunov times.
        ahead: regular times in a Lyapunov time at which forecasts are scored.
        transient: after the last observation, before a free run is compared with the attractor.
        free: duration of that comparison.
        a_period: regular times in a period at which they are compared.
        seed: of the data; that of a member is (seed, replicate, flow).

    Raises:
        ConfigError: if a number is out of its range.
    """

    train: int
    validation: int
    test: int
    points: int
    window: tuple[float, float]
    regular: bool
    settling: tuple[float, float]
    noise: float
    horizon: float
    ahead: int
    transient: float
    free: float
    a_period: int
    seed: int

    def __post_init__(self) -> None:
        low, high = self.window
        first, last = self.settling
        refuse_unless(
            self,
            ("window", 0 < low <= high, "0 < low <= high"),
            ("settling", 0 <= first <= last, "0 <= low <= high"),
            *(
                (name, is_count(getattr(self, name)), "a whole number above 0")
                for name in ("test", "ahead", "a_period")
            ),
            *((name, getattr(self, name) >= 2, "at least 2") for name in ("train", "validation", "points")),
            *((name, is_positive(getattr(self, name)), "a number above 0") for name in ("horizon", "free")),
            *((name, getattr(self, name) >= 0, "at least 0") for name in ("noise", "transient")),
        )


def sample_flows(flows: Sequence[str], sampling: Sampling, replicates: Sequence[int]) -> ChaosData:
    """Draws the data of every flow and replicate. The members are the replicates of the first flow, then those of the next.

    Raises:
        ConfigError: if a flow cannot be used, see :func:`pathlode.chaos.flows.flow`.
        DataError: if a flow blows up.
    """
    return ChaosData.joined([_sampled(flow(name), sampling, replicates) for name in flows])


class _Windows(NamedTuple):
    """Times of the observations since their window's beginning, (replicate, window, point), the noise-free states there, and
    the noisy ones."""

    times: Tensor
    states: Tensor
    observed: Tensor

    def part(self, begin: int, end: int) -> "_Windows":
        return _Windows(*(each[:, begin:end] for each in self))


def _sampled(of: ChaoticFlow, sampling: Sampling, replicates: Sequence[int]) -> ChaosData:
    counts = [sampling.train, sampling.validation, sampling.test, sampling.test]
    whole = _windows(of, sampling, counts, replicates)
    ends = np.cumsum(counts)
    train, validation, test, other = (whole.part(end - count, end) for end, count in zip(ends, counts, strict=True))
    steps = round(sampling.horizon * sampling.ahead)
    ahead = torch.arange(1, steps + 1, dtype=torch.float64) / (sampling.ahead * of.exponent)
    moments = sampling.transient + torch.arange(round(sampling.free * sampling.a_period)) / sampling.a_period
    noisy = test.observed[:, :, -1]
    truth, from_noisy, from_nudged = _each(of, ahead, FLOW_SOLVER, test.states[:, :, -1], noisy, noisy + NUDGE)
    starts = test.states[:, :, -1], other.states[:, :, -1]
    orbits, other_orbits = _each(of, moments.double(), ATTRACTOR_SOLVER, *starts)
    members = len(replicates)
    return ChaosData(
        flows=[of.name] * members,
        replicates=list(replicates),
        exponents=[of.exponent] * members,
        **_arrays("train", train, np.float32),
        **_arrays("validation", validation, np.float32),
        **_arrays("test", test, np.float64),
        ahead=ahead.expand(members, -1).numpy(),
        truth=truth.numpy(),
        from_noisy=from_noisy.numpy(),
        from_nudged=from_nudged.numpy(),
        moments=moments.numpy(),
        orbits=orbits.float().numpy(),
        other_orbits=other_orbits.float().numpy(),
    )


def _arrays(name: str, windows: _Windows, dtype: type) -> dict[str, Array]:
    return {
        f"{name}_{part}": getattr(windows, of).numpy().astype(dtype)
        for part, of in (("times", "times"), ("values", "observed"))
    }


def _each(of: ChaoticFlow, times: Tensor, solver: Adaptive, *starts: State) -> Sequence[Values]:
    """Orbits at the same times after several sets of states, each (replicate, window, dimension), in one batch."""
    start = torch.stack(starts)
    return flow_orbits(of, start, times.expand(*start.shape[:-1], -1), solver).unbind(0)


def _windows(of: ChaoticFlow, sampling: Sampling, counts: Sequence[int], replicates: Sequence[int]) -> _Windows:
    """Windows of all parts of the data, one part after another; no orbit has windows of two parts."""
    drawn = [_drawn(of, sampling, counts, replicate) for replicate in replicates]
    start, begins, times, errors = (torch.stack(part) for part in zip(*drawn, strict=True))
    chosen = _chosen(counts)
    again = [
        np.random.default_rng([sampling.seed, replicate, zlib.crc32(of.name.encode())]) for replicate in replicates
    ]
    after = sampling.window[1] + max(sampling.horizon / of.exponent, sampling.transient + sampling.free)
    states = _staying(of, start, begins, after, again)
    first, times, errors = (part.flatten(1, 2)[:, chosen] for part in (states, times, errors))
    states = flow_orbits(of, first, times)
    return _Windows(times, states, states + sampling.noise * errors)


def _staying(
    of: ChaoticFlow, start: State, begins: Times, after: float, again: Sequence[np.random.Generator]
) -> States:
    """Orbits that stay on the attractor: their states at the beginnings of windows, (replicate, orbit, window, dimension).

    An orbit that escapes, at the latest a time ``after`` its last window begins, is replaced by one from another drawn state.

    Raises:
        DataError: if orbits go on to escape.
    """
    until = torch.cat([begins, begins[..., -1:] + after], dim=-1)
    found = flow_orbits(of, start, until, ATTRACTOR_SOLVER)
    for _ in range(REDRAWN):
        lost = escaped(found[..., -1, :])
        if not lost.any():
            return found[..., :-1, :]
        drawn = [drawn_states(of, int(own.sum()), rng) for own, rng in zip(lost, again, strict=True)]
        found[lost] = flow_orbits(of, torch.cat(drawn), until[lost], ATTRACTOR_SOLVER)
    raise DataError(
        f"orbits of the flow {of.name} escape from its attractor, however often they are drawn: leave it out"
    )


def _orbits_of(count: int) -> int:
    return math.ceil(count / WINDOWS_AN_ORBIT)


def _chosen(counts: Sequence[int]) -> Tensor:
    """The windows of each part among those of its orbits, which may be a few more."""
    firsts = np.cumsum([0, *(WINDOWS_AN_ORBIT * _orbits_of(count) for count in counts)])
    return torch.cat([torch.arange(first, first + count) for first, count in zip(firsts, counts, strict=False)])


def _drawn(
    of: ChaoticFlow, sampling: Sampling, counts: Sequence[int], replicate: int
) -> tuple[State, Times, Times, Values]:
    """Of one replicate: initial states of orbits, beginnings of their windows, (orbit, window), times in these, (orbit, window,
    point), and errors of observations in units of the noise, (orbit, window, point, dimension). Each part has a stream of its
    own.
    """
    streams = np.random.SeedSequence([sampling.seed, replicate, zlib.crc32(of.name.encode())]).spawn(len(counts))
    parts = []
    for stream, count in zip(streams, counts, strict=True):
        rng, n = np.random.default_rng(stream), _orbits_of(count)
        start, shape = drawn_states(of, n, rng), (n, WINDOWS_AN_ORBIT)
        gaps = sampling.window[1] + rng.uniform(*WINDOW_GAP, size=shape)
        begins = rng.uniform(*sampling.settling, size=(n, 1)) + np.cumsum(gaps, axis=1) - gaps[:, :1]
        durations = rng.uniform(*sampling.window, size=n * WINDOWS_AN_ORBIT)
        if sampling.regular:
            times = durations[:, None] * np.linspace(0, 1, sampling.points)
        else:
            times = irregular_times(len(durations), sampling.points, durations, rng)
        times = times.reshape(*shape, -1)
        errors = rng.standard_normal((*times.shape, start.shape[-1]))
        parts.append((start, *map(torch.from_numpy, (begins, times, errors))))
    starts, *others = (torch.cat(each) for each in zip(*parts, strict=True))
    return starts, others[0], others[1], others[2]
