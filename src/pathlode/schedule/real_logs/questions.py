"""Questions about logged runs, with their true answers: which runs are the past, and which are held out."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from pathlode.arrays import Array
from pathlode.schedule.real_logs.contract import LoggedRun, Question

FEWEST_SEEN = 2
"""Least number of seen rows; a share at which a log has fewer is left out."""
BY_SETTINGS, BY_GROUP = "settings", "workload"
"""What is held out where every group has runs with several settings: the run's settings, or its whole group."""


@dataclass(frozen=True)
class Posed:
    """A question and its answer.

    Args:
        held_out: what the past runs lack.
        share: share of the run's steps that may be seen.
        question: the question.
        truth: logarithms of the losses that are asked, (row,).
    """

    held_out: str
    share: float
    question: Question
    truth: Array


def held_out_schedules(
    runs: Sequence[LoggedRun], past: Sequence[str], held_out: Mapping[str, Sequence[str]], shares: Sequence[float]
) -> Iterator[Posed]:
    """Runs of held-out schedules, from the runs of other schedules in the same group.

    Args:
        runs: the runs of all groups.
        past: names of the past runs.
        held_out: names of the runs that are asked, by what is held out.
        shares: shares that are seen.
    """
    for group in dict.fromkeys(run.group for run in runs):
        own = {run.name: run for run in runs if run.group == group}
        known = [own[name] for name in past]
        for name, members in held_out.items():
            yield from _posed(name, [own[member] for member in members], shares, partial(_always, known))


def held_out_settings(runs: Sequence[LoggedRun], shares: Sequence[float]) -> Iterator[Posed]:
    """All runs, each from the runs of its group with other settings."""
    learnt: dict[tuple[str, str], list[LoggedRun]] = {}
    for run in runs:
        others = [other for other in runs if other.group == run.group and other.settings != run.settings]
        learnt.setdefault((run.group, run.settings), others)
    yield from _posed(BY_SETTINGS, runs, shares, lambda run, share: learnt[run.group, run.settings])


def held_out_groups(runs: Sequence[LoggedRun], past: Sequence[LoggedRun], shares: Sequence[float]) -> Iterator[Posed]:
    """All runs, each from past runs of other groups.

    Groups have different units. So steps are in units of the run's length, rates of its peak, and losses of its last seen loss,
    or in past runs of their loss at the same share.

    Args:
        runs: the runs that are asked.
        past: the runs of which those of other groups are the past ones.
        shares: shares that are seen.
    """
    learnt: dict[tuple[str, float], list[LoggedRun]] = {}

    def others(run: LoggedRun, share: float) -> list[LoggedRun]:
        if (run.group, share) not in learnt:
            alien = [other for other in past if other.group != run.group and _seen(other, share)]
            learnt[run.group, share] = [_relative(other, share) for other in alien]
        return learnt[run.group, share]

    for posed in _posed(BY_GROUP, runs, shares, others):
        seen, end = posed.question.seen, float(posed.question.asked[-1])
        last = float(seen.losses[-1])
        scaled = Question(
            posed.question.past, seen.scaled(end, last, float(seen.rates.max())), posed.question.asked / end
        )
        yield Posed(posed.held_out, posed.share, scaled, posed.truth - np.log(last))


def _always(known: Sequence[LoggedRun], run: LoggedRun, share: float) -> Sequence[LoggedRun]:
    return known


def _posed(
    held_out: str,
    runs: Sequence[LoggedRun],
    shares: Sequence[float],
    past: Callable[[LoggedRun, float], Sequence[LoggedRun]],
) -> Iterator[Posed]:
    for share in shares:
        for run in runs:
            seen = _seen(run, share)
            if seen:
                rest = len(seen.steps)
                yield Posed(
                    held_out, share, Question(past(run, share), seen, run.steps[rest:]), np.log(run.losses[rest:])
                )


def _seen(run: LoggedRun, share: float) -> LoggedRun | None:
    """What is known of a run at a share of its steps; None if that is too little, or all."""
    seen = run.until(share * run.end)
    return seen if FEWEST_SEEN <= len(seen.steps) < len(run.steps) else None


def _relative(run: LoggedRun, share: float) -> LoggedRun:
    return run.scaled(run.end, float(run.until(share * run.end).losses[-1]), float(run.rates.max()))
