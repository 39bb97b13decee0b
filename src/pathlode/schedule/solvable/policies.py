"""Policies on solvable tasks: what each makes of its past runs, for all replicates at once."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

import torch
from torch import Tensor

from pathlode.errors import ConfigError
from pathlode.schedule.planning.contract import RatedRuns, RateModel
from pathlode.schedule.planning.planner import PlanConfig, plan
from pathlode.schedule.solvable.contract import SolvableTask
from pathlode.schedule.solvable.d_adaptation import DAdaptedSgd
from pathlode.schedule.solvable.net import Net
from pathlode.schedule.solvable.prodigy import ProdigyNet
from pathlode.schedule.solvable.quadratic import Quadratic
from pathlode.schedule.solvable.schedule_free import ScheduleFreeSgd
from pathlode.schedule.solvable.shapes import at_peaks, halved, shape, stable_then_decay

DECAYS = (0.2, 0.5, 1.0)
"""Shares of the run in which the rate falls, among which the stable rate with a decay is tuned."""
TAIL = 0.1
"""Share of the run in which the best constant rate falls to zero."""
ABOVE = 4.0
"""Largest rate of schedule-free training, in units of the task's largest."""
LARGEST_COEFFICIENT = 10.0
"""Largest coefficient of Prodigy and of D-adaptation, and the inverse of the least; their authors' default is 1."""
RUNS_OF_A_STREAM, RUNS_OF_A_REPLICATE = 1000, 10_000
"""Distance between the seeds of two streams, and of two replicates."""


class SeedStream(IntEnum):
    """Streams of seeds: of the sweep, of policies that are tuned, own runs, steered trainings, runs added to a sweep, past runs
    that are drawn at random, own runs of the latent ODE's plans, Prodigy, and D-adaptation."""

    SWEEP, COSINE, DECAY, OWN, STEERED, ADDED, WSD_S, DRAWN, SCHEDULE_FREE, OWN_LATENT, PRODIGY, D_ADAPTATION = range(
        12
    )


@dataclass(frozen=True)
class TrialConfig:
    """Settings of the policies.

    Args:
        schedules: schedules of the sweep, names in :data:`pathlode.registry.POLICIES`.
        peaks: number of peaks of each, from the largest rate down, each half of the one before.
        members: models of each sweep's runs.
        plan: settings of the plans.
        latent_ode: settings of the plans' second model, as in
            :class:`pathlode.schedule.planning.latent_ode.ClockedConfig`, and ``replicates``, the number of the first replicates
            in which it plans.

    Raises:
        ConfigError: if there are fewer than three peaks, which a parabola needs.
    """

    schedules: Sequence[str] = ("constant", "cosine", "one_cycle", "step")
    peaks: int = 5
    members: int = 4
    plan: Mapping[str, Any] = field(default_factory=dict)
    latent_ode: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.peaks < 3:
            raise ConfigError(
                f"peaks is {self.peaks}, expected at least 3, through which a parabola is drawn; raise it"
            )


@dataclass(frozen=True)
class Choice:
    """What a policy chose in every replicate.

    Attributes:
        rates: rates of all steps, (replicate, step).
        runs: trainings that it looked at in a replicate.
        trains: the task as the policy's own optimiser trains it; None for that of all others.
    """

    rates: Tensor
    runs: int
    trains: SolvableTask[Any] | None = None


def seeds_of(replicates: Sequence[int], stream: SeedStream, count: int) -> Tensor:
    """Seeds of runs, all different, (replicate, run)."""
    first = torch.tensor(replicates)[:, None] * RUNS_OF_A_REPLICATE + stream * RUNS_OF_A_STREAM
    return first + torch.arange(count)


def trained(task: SolvableTask[Any], rates: Tensor, seeds: Tensor) -> RatedRuns:
    """Logged runs with rates (replicate, run, step) and seeds (replicate, run)."""
    losses = task.logged(rates.flatten(0, 1), seeds.flatten()).unflatten(0, rates.shape[:2])
    return RatedRuns(rates, losses)


def sweep(task: SolvableTask[Any], replicates: Sequence[int], config: TrialConfig) -> RatedRuns:
    """The past runs of every replicate: each schedule at each peak, once; the schedule changes fastest."""
    rates = at_peaks([shape(name, task.steps) for name in config.schedules], halved(task.largest, config.peaks))
    return _tried(task, rates, replicates, SeedStream.SWEEP)


def best(runs: RatedRuns) -> Choice:
    """The rates of the run with the least logged loss at the end."""
    place = runs.losses[..., -1].argmin(dim=1)[:, None, None]
    return Choice(runs.rates.take_along_dim(place, dim=1)[:, 0], runs.rates.shape[1])


def tuned_peak(task: SolvableTask[Any], policy: str, replicates: Sequence[int], runs: int) -> Choice:
    """A parametric policy with the best of so many peaks, in equal ratios over the range of rates.

    Its runs have the stream of seeds with its name.
    """
    rates = at_peaks([shape(policy, task.steps)], _peaks(task, runs))
    return best(_tried(task, rates, replicates, SeedStream[policy.upper()]))


def tuned_decay(task: SolvableTask[Any], replicates: Sequence[int], runs: int) -> Choice:
    """A stable rate that falls to zero at the end, with the best of at most so many shares (:data:`DECAYS`) and peaks."""
    shapes = [stable_then_decay(task.steps, share) for share in DECAYS]
    return best(_tried(task, at_peaks(shapes, _peaks(task, runs // len(DECAYS))), replicates, SeedStream.DECAY))


def tuned_schedule_free(task: Quadratic, replicates: Sequence[int], runs: int) -> Choice:
    """Schedule-free SGD with the best of so many constant rates, from :data:`ABOVE` times the task's largest rate down.

    It is stable at larger rates than SGD, of which it averages the iterates.
    """
    rates = ABOVE * _peaks(task, runs)[:, None].expand(-1, task.steps)
    return _tuned_optimizer(ScheduleFreeSgd(task), rates, replicates, SeedStream.SCHEDULE_FREE)


def tuned_prodigy(task: Net, replicates: Sequence[int], runs: int) -> Choice:
    """Prodigy with a cosine, and the best of so many coefficients in equal ratios, from :data:`LARGEST_COEFFICIENT` down."""
    return _tuned_optimizer(ProdigyNet(task), _coefficients(task, runs), replicates, SeedStream.PRODIGY)


def tuned_d_adaptation(task: Quadratic, replicates: Sequence[int], runs: int) -> Choice:
    """D-Adapted SGD with a cosine, and the best of as many coefficients as :func:`tuned_prodigy`."""
    return _tuned_optimizer(DAdaptedSgd(task), _coefficients(task, runs), replicates, SeedStream.D_ADAPTATION)


def _coefficients(task: SolvableTask[Any], count: int) -> Tensor:
    """A cosine at every coefficient, (coefficient, step)."""
    return at_peaks(
        [shape("cosine", task.steps)], LARGEST_COEFFICIENT ** torch.linspace(1, -1, count, dtype=torch.float64)
    )


def _tuned_optimizer(trains: SolvableTask[Any], rates: Tensor, replicates: Sequence[int], stream: SeedStream) -> Choice:
    """The best rates of (setting, step) with an optimiser of their own; a run that diverges is not chosen."""
    seeds = seeds_of(replicates, stream, len(rates))
    ends = trains.logged(rates.repeat(len(replicates), 1), seeds.flatten())[:, -1].unflatten(0, seeds.shape)
    return Choice(rates[ends.where(torch.isfinite(ends), torch.inf).argmin(dim=1)], len(rates), trains)


def constant_then_decay(task: SolvableTask[Any], runs: RatedRuns, config: TrialConfig) -> Choice:
    """The best constant rate of the sweep, which falls to zero in the last tenth."""
    places = slice(config.schedules.index("constant"), None, len(config.schedules))
    constant = best(RatedRuns(runs.rates[:, places], runs.losses[:, places]))
    return Choice(constant.rates * stable_then_decay(task.steps, TAIL), runs.rates.shape[1])


def sweep_again(task: SolvableTask[Any], runs: RatedRuns, replicates: Sequence[int], config: TrialConfig) -> Choice:
    """The best of the sweep and of one more run, with its best schedule at a tuned peak.

    The peak is where a parabola has its least, through log losses over log peaks: those of the best peak and its neighbours, or
    the three nearest to the end of the range.
    """
    losses = runs.losses[..., -1].log().unflatten(1, (config.peaks, len(config.schedules)))
    place = losses.flatten(1).argmin(dim=1)
    peak, which = place // len(config.schedules), place % len(config.schedules)
    middle = peak.clamp(1, config.peaks - 2)
    own = losses[torch.arange(len(losses)), :, which]
    before, here, after = (own.gather(1, (middle + shift)[:, None])[:, 0] for shift in (-1, 0, 1))
    bend = before - 2 * here + after
    shift = torch.where(bend > 0, (before - after) / (2 * bend), peak - middle).clamp(-1, 1)
    shapes = torch.stack([shape(name, task.steps) for name in config.schedules])
    rates = (task.largest * 0.5 ** (middle + shift))[:, None] * shapes[which]
    added = trained(task, rates[:, None], seeds_of(replicates, SeedStream.ADDED, 1))
    return best(runs.joined(added))


@dataclass(frozen=True)
class Planned:
    """Plans from a sweep, and from the sweep and one own run.

    Attributes:
        first: before an own run.
        second: after a run with the first plan, and a refit.
        seconds: CPU time of the first, in all replicates.
    """

    first: Choice
    second: Choice
    seconds: float


def planned(
    task: SolvableTask[Any],
    runs: RatedRuns,
    replicates: Sequence[int],
    plan_config: PlanConfig,
    made: Callable[[RatedRuns], RateModel],
    own: SeedStream,
) -> Planned:
    """Plans through a model.

    Args:
        task: the task.
        runs: the sweep of every replicate.
        replicates: numbers of the replicates.
        plan_config: settings of the plans.
        made: makes a model for past runs.
        own: stream of the seeds of own runs.
    """
    begun, count = time.process_time(), runs.rates.shape[1]
    model = made(runs)
    model.fit(runs)
    before = plan(model, runs, plan_config)
    seconds = time.process_time() - begun
    known = runs.joined(trained(task, before.rates[:, None], seeds_of(replicates, own, 1)))
    model.fit(known)
    after = plan(model, known, plan_config)
    return Planned(Choice(before.rates, count), Choice(after.rates, count + 1), seconds)


def _peaks(task: SolvableTask[Any], count: int) -> Tensor:
    """Peaks in equal ratios from a task's largest rate down to 6 % of it, (count,)."""
    return torch.logspace(0, -1.2, count, dtype=torch.float64) * task.largest


def _tried(task: SolvableTask[Any], rates: Tensor, replicates: Sequence[int], stream: SeedStream) -> RatedRuns:
    """One run of every setting (setting, step) in every replicate."""
    return trained(task, rates.expand(len(replicates), -1, -1), seeds_of(replicates, stream, len(rates)))
