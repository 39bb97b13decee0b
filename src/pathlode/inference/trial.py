"""Tests of flows on held-out systems, under the training's and other observation designs, with reference posteriors."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from pathlode.core.series import TimeSeries
from pathlode.dynamics.data import SimulatedData
from pathlode.dynamics.systems.contract import System
from pathlode.inference.alarms import Likeness, alarm_shares
from pathlode.inference.c2st import c2st
from pathlode.inference.calibration import LEVELS, Posteriors
from pathlode.inference.columns import log_prob_gap, misses, score_posteriors
from pathlode.inference.designs import ObservationConfig
from pathlode.inference.flows.contract import Flow
from pathlode.inference.flows.mixture import FlowMixture
from pathlode.inference.predictive import predictive_coverage
from pathlode.inference.reference import log_likelihood
from pathlode.inference.reference_posteriors import References
from pathlode.inference.scores import AS_IN_TRAINING, ShownPosteriors
from pathlode.inference.unlike import unlike
from pathlode.inference.weighted_draws import WeightedDraws

PROPOSED = 10
"""Draws of the flow for each draw that importance weights choose, in figures."""
WATCHED = 100
"""Number of the systems about which alarms are counted, under each condition."""


@dataclass(frozen=True)
class TrialPlan:
    """How flows are tested, the same for all replicates.

    Args:
        system: the simulated system.
        usual: the observation design of the training data.
        others: other observation designs, by condition.
        outside: parameters of one system that the prior excludes.
        draws: number of draws from every posterior.
        compared: number of draws from each posterior that is compared with a reference posterior.
        predicted: number of these draws with which the system is simulated again.
    """

    system: System
    usual: ObservationConfig
    others: Mapping[str, ObservationConfig]
    outside: Sequence[float]
    draws: int
    compared: int
    predicted: int

    def trial(self, data: SimulatedData, references: References, seed: int) -> "Trial":
        """The trial of a replicate's flows.

        Args:
            data: the replicate's data set.
            references: reference posteriors of its first held-out systems.
            seed: number of the replicate, which makes the other observations of its systems.
        """
        held_out = data["test"]
        truth, outside = held_out.parameters.numpy(), np.array([self.outside])
        return Trial(
            system=self.system,
            names=list(data.parameters),
            truth=held_out.parameters,
            observed=held_out.observed,
            usual=self.usual,
            references=references,
            shifted={
                name: (design.observe(self.system, truth, [seed, 1]), design) for name, design in self.others.items()
            },
            unlike=unlike(self.system, self.usual, self.outside, min(WATCHED, len(truth)), seed),
            outside=self.outside,
            outside_observed=self.usual.observe(self.system, outside, [seed, 2]),
            draws=self.draws,
            compared=self.compared,
            predicted=self.predicted,
            seed=seed,
        )


@dataclass(frozen=True)
class Trial:
    """Held-out systems of one replicate, on which its flows are tested.

    Args:
        system: the simulated system.
        names: names of its parameters.
        truth: true parameters of held-out systems, (n, parameter).
        observed: their series.
        usual: their observation design.
        references: reference posteriors of the first held-out systems.
        shifted: series of the same systems under other observation designs, and these, by condition.
        unlike: series under the usual design that no parameters of the prior make, by condition.
        outside: parameters of one system that the prior excludes.
        outside_observed: its series.
        draws: number of draws from every posterior.
        compared: number of draws from each posterior that is compared with a reference posterior.
        predicted: number of these draws with which the system is simulated again.
        seed: number of the replicate.
    """

    system: System
    names: Sequence[str]
    truth: Tensor
    observed: TimeSeries
    usual: ObservationConfig
    references: References
    shifted: Mapping[str, tuple[TimeSeries, ObservationConfig]]
    unlike: Mapping[str, TimeSeries]
    outside: Sequence[float]
    outside_observed: TimeSeries
    draws: int
    compared: int
    predicted: int
    seed: int

    @property
    def noise(self) -> float:
        """Standard deviation of the noise in the observations under the usual design."""
        return self.usual.noise

    def of(
        self,
        flow: Flow | FlowMixture,
        summarise: Callable[[TimeSeries, int, float], Tensor],
    ) -> "Tried":
        """The posteriors of a flow.

        Args:
            flow: the flow.
            summarise: computes what it is given of a series, from the flow's seed and the standard deviation of the noise.
        """
        given = summarise(self.observed, flow.seed, self.noise)
        first = given[: len(self.references.number)]
        return Tried(
            self,
            flow,
            summarise,
            given,
            Posteriors.of(flow, given, self.truth, self.draws, flow.seed),
            *flow.sample_and_log_prob(self.compared, first, flow.seed),
        )


@dataclass(frozen=True)
class Tried:
    """The posteriors of one flow.

    Args:
        trial: the held-out systems.
        flow: the flow.
        summarise: computes the flow's summaries of a series.
        given: summaries of the held-out systems.
        posteriors: posteriors of the held-out systems.
        draws: draws from the posteriors of the systems with a reference posterior, (draw, system, parameter).
        draws_log_prob: log-density of these, (draw, system).
    """

    trial: Trial
    flow: Flow | FlowMixture
    summarise: Callable[[TimeSeries, int, float], Tensor]
    given: Tensor
    posteriors: Posteriors
    draws: Tensor
    draws_log_prob: Tensor

    def scores(self) -> pd.DataFrame:
        """Errors, calibration, and distance from the reference posteriors, as drawn and sharpened by the likelihood."""
        trial, sharpened = self.trial, self.sharpened()
        compared = self.posteriors.log_prob[: self.draws.shape[1]].numpy()
        some = self.draws[: trial.predicted].numpy()
        return self._table(self.posteriors).assign(
            log_prob_gap=log_prob_gap(trial.references.log_prob, compared),
            c2st=self._mean_c2st(self.draws.unbind(dim=1)),
            effective=float(np.mean([each.effective for each in sharpened])) / len(self.draws),
            sharpened_c2st=self._mean_c2st([each.sample(len(self.draws), self.flow.seed) for each in sharpened]),
            predictive_coverage=predictive_coverage(trial.system, some, trial.observed, trial.noise),
            train_seconds=self.flow.seconds,
        )

    def sharpened(self) -> list[WeightedDraws]:
        """The draws from the posteriors of the systems with a reference posterior, with importance weights. The prior is
        uniform in a box, so its density has no part in them.
        """
        draws = zip(self.draws.unbind(1), self.draws_log_prob.unbind(1), strict=True)
        return [self._weighted(number, *drawn) for number, drawn in enumerate(draws)]

    def _weighted(self, number: int, theta: Tensor, log_q: Tensor) -> WeightedDraws:
        """Draws (draw, parameter) of one of the systems with a reference posterior, weighted over their log-density (draw,)."""
        observed = self.trial.references.times[number], self.trial.references.values[number]
        likelihood = log_likelihood(self.trial.system, theta.double().numpy(), *observed, self.trial.noise)
        return WeightedDraws(theta, torch.from_numpy(likelihood) - log_q.double())

    def _mean_c2st(self, draws: Sequence[Tensor]) -> float:
        """Mean over systems of the accuracy of classifying draws (n, parameter) against the reference posterior's."""
        pairs = zip(draws, self.trial.references.halves[0], strict=True)
        return float(np.mean([c2st(own.numpy(), reference) for own, reference in pairs]))

    def shifted_scores(self) -> pd.DataFrame:
        """Errors and calibration under the training's and other observation designs, by ``condition``."""
        tables = [self._table(self.posteriors).assign(condition=AS_IN_TRAINING)]
        for condition, (series, design) in self.trial.shifted.items():
            given = self.summarise(series, self.flow.seed, design.noise)
            drawn = Posteriors.of(self.flow, given, self.trial.truth, self.trial.draws, self.flow.seed)
            tables.append(self._table(drawn).assign(condition=condition))
        return pd.concat(tables)

    def alarms(self) -> pd.DataFrame:
        """Shares of the first :data:`WATCHED` systems that set off an alarm, by ``condition``.

        Series are compared with simulations under the design of the flow's training. A flow that was trained on fresh
        simulations knows other designs too; under these it is compared with simulations under the same one.
        """
        trial, rows = self.trial, []
        usual, amortised = self._likeness(trial.usual), not self.flow.pairs
        for condition, (series, design) in {AS_IN_TRAINING: (trial.observed, trial.usual), **trial.shifted}.items():
            own = self._likeness(design) if amortised and design != trial.usual else usual
            rows.append(alarm_shares(own(series[:WATCHED])) | {"condition": condition})
        rows += [alarm_shares(usual(series)) | {"condition": condition} for condition, series in trial.unlike.items()]
        return pd.DataFrame(rows)

    def _likeness(self, design: ObservationConfig) -> Likeness:
        return Likeness(self.flow, self.summarise, self.trial.system, design, self.trial.seed)

    def outside(self) -> Tensor:
        """Draws from the posterior of the system that the prior excludes, (draw, parameter)."""
        given = self.summarise(self.trial.outside_observed, self.flow.seed, self.trial.noise)
        return self.flow.sample(self.trial.compared, given, self.flow.seed)[:, 0]

    def misses(self) -> pd.DataFrame:
        """Distance of these draws from the truth."""
        return misses(self.outside(), self.trial.outside, self.trial.names)

    def shown(self, summary: str) -> ShownPosteriors:
        """The parts that figures show, under the summary's name."""
        tarp, draws, count = self.posteriors.tarp(), self.posteriors.draws, self.trial.compared
        theta, log_q = self.flow.sample_and_log_prob(PROPOSED * count, self.given[:1], self.flow.seed)
        proposed = self._weighted(0, theta[:, 0], log_q[:, 0])
        return ShownPosteriors(
            summary=summary,
            effective=proposed.effective / len(theta),
            truth=self.trial.truth.numpy(),
            ranks=self.posteriors.ranks(),
            tarp_levels=tarp.levels.numpy(),
            tarp_covered=tarp.covered.numpy(),
            levels=LEVELS,
            coverage=self.posteriors.coverage(),
            mean=draws.mean(dim=0).numpy(),
            std=draws.std(dim=0).numpy(),
            draws=self.draws.numpy(),
            sharpened=proposed.sample(count, self.flow.seed).numpy(),
            outside=self.outside().numpy(),
        )

    def _table(self, posteriors: Posteriors) -> pd.DataFrame:
        return score_posteriors(posteriors, self.flow.prior, self.trial.names)
