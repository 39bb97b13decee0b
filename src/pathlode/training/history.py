"""A training's history as a table."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Self

import pandas as pd

from pathlode.artefacts import TableFile
from pathlode.column_kinds import Whole

if TYPE_CHECKING:
    from pathlode.training.validation import Validation


@dataclass(frozen=True)
class History(TableFile):
    """A training's history.

    One row per validation and seed; no rows for a model that is not trained.
    """

    columns: ClassVar[dict[str, str]] = {
        "seed": Whole("of the member"),
        "step": Whole("optimiser steps taken"),
        "train_loss": "mean loss since the last validation",
        "validation_mse": "mean squared error on the validation observations, in units of the data's variance",
        "solver_share": "estimated solver error as a share of validation_mse",
        "solver_steps": Whole("solver steps per trajectory"),
        "seconds": "training time so far, the stack's shared equally among its seeds",
    }
    float_format: ClassVar[str | None] = None  # all digits, because times to a target compare errors

    @classmethod
    def of(cls, history: Sequence["Validation"], seeds: Sequence[int], **labels: str | None) -> Self:
        """A trainer's validations, with the labels as first columns."""
        rows = [
            {
                "seed": list(seeds),
                "step": row.step,
                "train_loss": row.train_loss.tolist(),
                "validation_mse": row.mse.tolist(),
                "solver_share": row.solver_share.tolist(),
                "solver_steps": row.solver_steps,
                "seconds": row.seconds / len(seeds),
            }
            for row in history
        ]
        if not rows:
            return cls(pd.DataFrame(columns=[*labels, *cls.columns]))
        return cls(pd.concat(pd.DataFrame(labels | row) for row in rows))
