"""Scores on trajectories whose parameters lie outside the range of those in training."""

from collections.abc import Sequence
from dataclasses import replace

from pathlode.dynamics.data import ScoredSplit
from pathlode.dynamics.simulation import SimulationConfig, simulate_replicates
from pathlode.dynamics.systems.contract import System
from pathlode.dynamics.systems.out_of_range import out_of_range
from pathlode.rivals.scoring import MemberScore


def outside_training(
    system: System, config: SimulationConfig, share: float, trajectories: int, replicates: Sequence[int]
) -> ScoredSplit | None:
    """Test trajectories of :func:`pathlode.dynamics.systems.out_of_range.out_of_range`, a set for each replicate.

    Args:
        system: the system that models were trained on.
        config: how their data were simulated.
        share: how far the wider box reaches, in widths of the inner one.
        trajectories: number of each set.
        replicates: their numbers.

    Returns:
        None if the system's parameters do not come from a box.

    Raises:
        ConfigError: if the share is not above 0, or too large for the system.
    """
    if not system.low:
        return None
    small = replace(config, train=2, validation=2, test=trajectories)  # of these splits nothing is used
    return simulate_replicates(out_of_range(system, share), small, replicates)["test"]


def with_outside(scores: Sequence[MemberScore], outside: Sequence[MemberScore]) -> list[MemberScore]:
    """Scores of members together with those on trajectories outside the training's range, with the first failure of both."""
    return [
        replace(
            score,
            outside_interpolation_nmse=other.interpolation_nmse,
            outside_extrapolation_nmse=other.extrapolation_nmse,
            failure=score.failure or (other.failure and f"outside the training's range, {other.failure}"),
        )
        for score, other in zip(scores, outside, strict=True)
    ]
