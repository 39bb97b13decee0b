"""Whether a posterior can be relied on: calibration, accuracy and prediction on new simulations."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from pathlode.core.series import TimeSeries
from pathlode.errors import ConfigError
from pathlode.inference.calibration import LEVELS, Posteriors
from pathlode.inference.central import share_inside
from pathlode.inference.columns import score_posteriors
from pathlode.inference.criteria import LARGEST_AREA, LEAST_P_VALUE
from pathlode.inference.simulator import PriorSimulations, SimulatedPairs

FEWEST_SYSTEMS = 50
"""Least number of simulations of a check."""
_STANDARD_ERRORS = 3.0
"""Distance of coverage from its level, in standard errors of a share, that chance does not explain."""


@dataclass(frozen=True)
class PosteriorCheck:
    """Result of a check.

    Attributes:
        scores: as :func:`pathlode.inference.columns.score_posteriors` gives them: one row per parameter, and one row ``all``,
            with the columns parameter, rmse_over_prior_sd, sbc_p, mean_log_prob, tarp_atc, coverage_error and
            predictive_coverage. The last is the share of simulated numbers inside the central 90 % of what draws from the
            posterior predict; NaN if repeated series have other times.
        posteriors: the draws that were checked, for figures of ranks and coverage.
    """

    scores: pd.DataFrame
    posteriors: Posteriors

    @property
    def faults(self) -> list[str]:
        """What chance does not explain, one sentence each; empty for a calibrated posterior.

        The ranks' smallest p-value is compared with 0.05 divided by the number of parameters, the area by random points with
        0.05, and the coverage at each level with the level, give or take three standard errors of a share.
        """
        p_values, area, found = self.scores["sbc_p"].to_numpy()[:-1], float(self.scores["tarp_atc"].iloc[0]), []
        if p_values.min() < LEAST_P_VALUE / len(p_values):
            name = self.scores["parameter"].iloc[int(p_values.argmin())]
            found.append(f"the ranks of {name} are not uniform (p = {p_values.min():.2g})")
        if abs(area) > LARGEST_AREA:
            found.append(f"coverage by random points is off by an area of {area:.2g}")
        covered, count = self.posteriors.coverage(), len(self.posteriors.truth)
        off = np.abs(covered - LEVELS) / np.sqrt(LEVELS * (1 - LEVELS) / count)
        place = int(off.argmax())
        if off[place] > _STANDARD_ERRORS:
            found.append(f"regions of {LEVELS[place]:.0%} hold {covered[place]:.0%} of the truths")
        return found


def check_posterior(
    posteriors: Posteriors,
    pairs: SimulatedPairs,
    simulations: PriorSimulations,
    names: list[str],
    predicted: int,
    seed: int,
) -> PosteriorCheck:
    """The check of posteriors of simulated pairs.

    Args:
        posteriors: posteriors of the pairs.
        pairs: simulations that the training has not seen.
        simulations: where they come from.
        names: names of the parameters.
        predicted: number of draws from each posterior with which the first systems are simulated again, one in ten of them.
        seed: seed of these simulations.

    Raises:
        ConfigError: if there are too few pairs.
    """
    if len(pairs.theta) < FEWEST_SYSTEMS:
        raise ConfigError(f"a check has {len(pairs.theta)} simulations, expected at least {FEWEST_SYSTEMS}")
    scores = score_posteriors(posteriors, simulations.prior, names)
    first = max(1, len(pairs.theta) // 10)
    draws = posteriors.draws[:predicted, :first]
    again = simulations.again(
        draws.flatten(0, 1), None if pairs.designs is None else _repeated(pairs.designs[:first], len(draws)), seed
    )
    return PosteriorCheck(scores.assign(predictive_coverage=_predictive(again, pairs.x, first, len(draws))), posteriors)


def _predictive(again: Tensor | TimeSeries, x: Tensor | TimeSeries, first: int, draws: int) -> float:
    """Share of the first observations inside the central 90 % of repeated ones, (draw · first, ...)."""
    if isinstance(again, TimeSeries) and isinstance(x, TimeSeries):
        times = _repeated(x.times[:first], draws)
        if not again.times.nan_to_num(-torch.inf).equal(times.nan_to_num(-torch.inf)):
            return float("nan")
        again, x = again.values, x.values
    if not (isinstance(again, Tensor) and isinstance(x, Tensor)):
        return float("nan")
    finite = again.where(again.isfinite(), torch.nan)
    return share_inside(finite.unflatten(0, (draws, first)).numpy(), x[:first].numpy())


def _repeated(rows: Tensor, times: int) -> Tensor:
    return rows.repeat(times, *[1] * (rows.ndim - 1))
