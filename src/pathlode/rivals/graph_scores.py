"""How well fitted rows find which quantity drives which, and predict what follows if one is held."""

import math
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import pandas as pd

from pathlode.core.solve import Adaptive
from pathlode.dynamics.data import ScoredSplit
from pathlode.dynamics.graphs import auroc, influences
from pathlode.dynamics.interventions import clamped_nmse
from pathlode.dynamics.systems.contract import System
from pathlode.errors import PathlodeError
from pathlode.models.contract import SequenceModel
from pathlode.rivals.scoring import scores_on_system


@dataclass(frozen=True)
class Held:
    """A quantity that is set to a value at the first observation and held there.

    Attributes:
        quantity: its name.
        value: in the data's unit.
    """

    quantity: str
    value: float


def graph_scores(
    model: SequenceModel, system: System, split: ScoredSplit, held: Held, solver: Adaptive, lost: Collection[int] = ()
) -> pd.DataFrame:
    """Columns of :class:`pathlode.rivals.results.GraphScores`, a line for each member.

    Args:
        model: a stack whose state is what was observed.
        system: the system that it was fitted to.
        split: test trajectories of each member's replicate.
        held: the intervention.
        solver: solver of the predictions.
        lost: seeds of the members whose training diverged, as in :func:`pathlode.rivals.scoring.scores_on_system`.
    """
    plain = scores_on_system(model, split, solver, lost)
    found = pd.DataFrame(
        {
            "replicate": model.seeds,
            "auroc": auroc(influences(model, split.observed), system.adjacency()).numpy(force=True),
            "intervened_nmse": _intervened(model, system, split, held, solver),
            "interpolation_nmse": [score.interpolation_nmse for score in plain],
            "failure": [score.failure for score in plain],
        }
    )
    found.loc[found["replicate"].isin(lost), ["auroc", "intervened_nmse"]] = math.nan
    return found


def _intervened(model: SequenceModel, system: System, split: ScoredSplit, held: Held, solver: Adaptive) -> list[float]:
    """:func:`pathlode.dynamics.interventions.clamped_nmse` of each member; NaN where its prediction is not finite."""
    quantity, members = system.features.index(held.quantity), range(len(model.seeds))
    try:
        found = clamped_nmse(model, system, split, quantity, held.value, solver).tolist()
    except PathlodeError:
        if len(members) == 1:
            return [math.nan]
        alone = ((model.member(member), split.owned([member])) for member in members)
        return [error for own, its in alone for error in _intervened(own, system, its, held, solver)]
    return [error if math.isfinite(error) else math.nan for error in found]


def influence_table(model: SequenceModel, system: System, split: ScoredSplit) -> pd.DataFrame:
    """Columns of :class:`pathlode.rivals.results.Influences`, a line for each member and pair of quantities.

    Args:
        model: a stack whose state is what was observed.
        system: the system that it was fitted to.
        split: test trajectories of each member's replicate.
    """
    strength, graph = influences(model, split.observed).numpy(force=True), system.adjacency()
    member, driven, driver = (index.ravel() for index in np.indices(strength.shape))
    names = np.array(system.features)
    return pd.DataFrame(
        {
            "replicate": np.array(model.seeds)[member],
            "driven": names[driven],
            "driver": names[driver],
            "influence": strength.ravel(),
            "edge": graph[driven, driver],
        }
    )
