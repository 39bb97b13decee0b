"""The file of flows' training histories."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import pandas as pd

from pathlode.artefacts import TableFile
from pathlode.column_kinds import Text, Whole

FLOW_COLUMNS = {
    "summary": Text("the summary that the flow is conditioned on"),
    "backend": Text("library of the flow, or flow_matching"),
    "n_train": Whole("number of pairs that it was fitted to; 0 for simulations that were drawn while it trained"),
    "seed": Whole(
        "number of the replicate, which also makes the flow, unless n_train is 0: then all of a batch share the flow"
    ),
}
"""The columns that identify the flow of a row."""
VALIDATION_COLUMNS = {
    "step": Whole("of the optimiser"),
    "log_prob": "mean log-density in training since the last validation, in nats; with flow matching of one batch",
    "validation_log_prob": "mean log-density of the validation pairs, in nats",
}
"""The columns of a validation, in the order of the numbers that a training notes at each."""


@dataclass(frozen=True)
class FlowHistories(TableFile):
    """Training histories of flows, one row per validation."""

    columns: ClassVar[Mapping[str, str]] = FLOW_COLUMNS | VALIDATION_COLUMNS

    @classmethod
    def of(cls, history: Sequence[tuple[int, float, float]], facts: Mapping[str, Any]) -> Self:
        """The history of one flow.

        Args:
            history: one row per validation, as :meth:`pathlode.inference.flows.contract.Flow.fit` and
                :meth:`pathlode.inference.fresh.FreshTraining.run` return them.
            facts: the values of :data:`FLOW_COLUMNS`, see :func:`flow_facts`.
        """
        return cls(pd.DataFrame([{**facts, **dict(zip(VALIDATION_COLUMNS, row, strict=True))} for row in history]))


def flow_facts(summary: str, backend: str, n_train: int, seed: int) -> dict[str, Any]:
    """The values of :data:`FLOW_COLUMNS`."""
    return {"summary": summary, "backend": backend, "n_train": n_train, "seed": seed}
