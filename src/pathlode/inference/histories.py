"""The file of flows' training histories."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from pathlode.artefacts import TableFile

FLOW_COLUMNS = {
    "summary": "the summary that the flow is conditioned on",
    "backend": "library of the flow",
    "n_train": "number of pairs that it was fitted to; 0 for simulations that were drawn while it trained",
    "seed": "number of the replicate, which also makes the flow, unless n_train is 0: then all of a batch share the flow",
}
"""The columns that identify the flow of a row."""


@dataclass(frozen=True)
class FlowHistories(TableFile):
    """Training histories of flows, one row per validation."""

    columns: ClassVar[Mapping[str, str]] = FLOW_COLUMNS | {
        "step": "of the optimiser",
        "log_prob": "mean log-density in training since the last validation, in nats",
        "validation_log_prob": "mean log-density of the validation pairs, in nats",
    }


def flow_facts(summary: str, backend: str, n_train: int, seed: int) -> dict[str, Any]:
    """The values of :data:`FLOW_COLUMNS`."""
    return {"summary": summary, "backend": backend, "n_train": n_train, "seed": seed}
