"""A training's history as a table."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from pathlode.training.trainer import Validation


def training_history(history: Sequence["Validation"], seeds: Sequence[int], **labels: str) -> pd.DataFrame:
    """A trainer's validations as a table, one row a step and seed, with the labels as first columns.

    The stack's seconds are shared equally among its seeds.
    """
    return pd.concat(
        pd.DataFrame(
            labels
            | {
                "seed": list(seeds),
                "step": row.step,
                "train_loss": row.train_loss.tolist(),
                "validation_mse": row.mse.tolist(),
                "solver_share": row.solver_share.tolist(),
                "solver_steps": row.solver_steps,
                "seconds": row.seconds / len(seeds),
            }
        )
        for row in history
    )
