"""Errors of fitted rows on test series, the time of their predictions, and what fails."""

import math
import time
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from pathlode.core.solve import Adaptive
from pathlode.dynamics.data import ScoredSplit
from pathlode.dynamics.windows import window_errors
from pathlode.errors import PathlodeError
from pathlode.models.contract import SequenceModel
from pathlode.real.evaluation import weight_choices
from pathlode.real.fits import Asked
from pathlode.rivals.crps import crps_on_series, crps_on_system

NOT_FINITE = "its predictions are not finite"
DIVERGED = "its training diverged"


@dataclass(frozen=True)
class MemberScore:
    """The score of one member of a stack.

    Attributes:
        interpolation_nmse: as in :class:`pathlode.rivals.results.RivalScores`; NaN if the prediction failed.
        extrapolation_nmse: the same; NaN also where nothing is forecast.
        outside_interpolation_nmse: the same; NaN also where no parameters outside the training's range are drawn.
        outside_extrapolation_nmse: the same.
        interpolation_crps: the same; NaN also if a drawn path failed.
        extrapolation_crps: the same.
        predict_ms: CPU milliseconds per series, where a stack predicts many at once.
        failure: what went wrong; None if nothing did.
    """

    interpolation_nmse: float = math.nan
    extrapolation_nmse: float = math.nan
    outside_interpolation_nmse: float = math.nan
    outside_extrapolation_nmse: float = math.nan
    interpolation_crps: float = math.nan
    extrapolation_crps: float = math.nan
    predict_ms: float = math.nan
    failure: str | None = None


def scores_on_system(
    model: SequenceModel, split: ScoredSplit, solver: Adaptive, lost: Collection[int] = ()
) -> list[MemberScore]:
    """The scores of all members on their replicates of a simulated system, one set of trajectories for each.

    Members predict together. If that fails, each is asked alone.

    Args:
        model: the stack.
        split: the trajectories.
        solver: solver of the predictions.
        lost: seeds of the members whose training diverged. Their models are as they were before it, and are not scored.
    """
    try:
        window_errors(model, _only_first(split), solver)  # not timed: a process takes longer for its first prediction
        started = time.process_time()
        errors = window_errors(model, split, solver)
        spent = time.process_time() - started
    except PathlodeError as error:
        if len(model.seeds) == 1:
            return [MemberScore(failure=str(error))]
        members = ((model.member(index), split.owned([index])) for index in range(len(model.seeds)))
        return [score for member, own in members for score in scores_on_system(member, own, solver, lost)]
    each_ms = 1000 * spent / (len(model.seeds) * split.observed.times.shape[-2])
    return [
        MemberScore(failure=DIVERGED) if seed in lost else _finite(MemberScore(inside, beyond, predict_ms=each_ms))
        for seed, inside, beyond in zip(model.seeds, *(each.tolist() for each in errors), strict=True)
    ]


def with_crps(
    scores: Sequence[MemberScore], model: SequenceModel, split: ScoredSplit, solver: Adaptive
) -> list[MemberScore]:
    """Scores of :func:`scores_on_system` with those of the predicted distributions; a member that failed has none."""
    return [
        score if score.failure else replace(score, interpolation_crps=inside, extrapolation_crps=beyond)
        for score, (inside, beyond) in zip(scores, crps_on_system(model, split, solver), strict=True)
    ]


def scores_on_series(
    model: SequenceModel, asked: Sequence[Asked], weights: Sequence[float], solver: Adaptive, lost: Collection[int] = ()
) -> list[MemberScore]:
    """The score of each replicate's member on measured series, whose penalty weight validation series choose.

    Args:
        model: a stack with one member for each replicate and weight, in this order.
        asked: what each replicate asks.
        weights: the weights that were tried.
        solver: solver of the predictions.
        lost: seeds of the members whose training diverged, as in :func:`scores_on_system`.
    """
    try:
        tried = weight_choices(asked, model, weights, solver)
        chosen = [model.member(index) for index in tried.loc[tried["chosen"], "member"]]
        return [
            MemberScore(failure=DIVERGED) if member.seeds[0] in lost else _on_series(member, own, solver)
            for member, own in zip(chosen, asked, strict=True)
        ]
    except PathlodeError as error:
        return [MemberScore(failure=str(error))] * len(asked)


def _on_series(model: SequenceModel, asked: Asked, solver: Adaptive) -> MemberScore:
    test, started = asked.split.test, time.process_time()
    found = asked.predicted_by(model, test, solver)
    spent = time.process_time() - started
    readable = np.isfinite(asked.seen[test]).any(axis=(1, 2), keepdims=True)  # of others nothing can be predicted
    if not np.isfinite(found[np.isfinite(asked.values[test]) & readable]).all():
        return MemberScore(failure=NOT_FINITE)
    crps = crps_on_series(model, asked, solver)
    return MemberScore(asked.error(found, test), interpolation_crps=crps, predict_ms=1000 * spent / len(test))


def _finite(score: MemberScore) -> MemberScore:
    errors = score.interpolation_nmse, score.extrapolation_nmse
    return score if all(map(math.isfinite, errors)) else MemberScore(failure=NOT_FINITE)


def _only_first(split: ScoredSplit) -> ScoredSplit:
    """The split with the first trajectory of every set."""
    return split.of({name: array[:, :1] for name, array in split.arrays().items()}, "first trajectories")


def diverged(history: pd.DataFrame) -> set[int]:
    """Seeds of the members that were validated and never had a finite error.

    Args:
        history: rows of :class:`pathlode.training.history.History`.
    """
    best = history.groupby("seed")["validation_mse"].min()
    return set(best.index[~np.isfinite(best.to_numpy(float))].tolist())


def score_table(scores: Sequence[MemberScore], seeds: Sequence[int], **facts: Any) -> pd.DataFrame:
    """Rows of :class:`pathlode.rivals.results.RivalScores` of one row, a line for each replicate.

    Args:
        scores: one for each replicate.
        seeds: their numbers.
        facts: the other columns.
    """
    rows = [{"seed": seed} | asdict(score) for seed, score in zip(seeds, scores, strict=True)]
    return pd.DataFrame(rows).assign(**facts)
