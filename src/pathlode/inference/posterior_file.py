"""What the file of a posterior holds beside its flow."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pathlode.errors import CheckpointError
from pathlode.inference.flows.contract import Flow
from pathlode.inference.observed_summary import ObservedSummary
from pathlode.models.contract import SequenceModel
from pathlode.models.saving import model_content, model_of

FUNCTION = "function"
"""Stands for a summary that is a function, which no file holds."""


@dataclass(frozen=True)
class PosteriorParts:
    """The parts of a :class:`pathlode.inference.posterior.Posterior`, as tensors and plain values.

    Attributes:
        names: names of the parameters.
        shape: numbers of one observation; None for series.
        record: as there.
        summary: the content of a model, :data:`FUNCTION`, or None for the observations as they are.
    """

    names: Sequence[str]
    shape: Sequence[int] | None
    record: Mapping[str, Any]
    summary: Mapping[str, Any] | str | None

    @classmethod
    def of(
        cls, summary: ObservedSummary, names: Sequence[str], shape: Sequence[int] | None, record: Mapping[str, Any]
    ) -> "PosteriorParts":
        """The parts of a posterior."""
        by = summary.by
        kept = None if by is None else model_content(by) if isinstance(by, SequenceModel) else FUNCTION
        return cls(list(names), None if shape is None else list(shape), dict(record), kept)

    @classmethod
    def read(cls, content: Mapping[str, Any], flow: Flow, path: Path) -> "PosteriorParts":
        """The parts in the content of a file, whose path is for messages.

        Raises:
            CheckpointError: if there are none, or they are not those of the flow.
        """
        own = content.get("posterior")
        if own is None:
            raise CheckpointError(f"{path} holds a flow without its summary: read it with load_flow")
        try:
            found = cls(**own)
            fits = len(found.names) == len(flow.prior.low) and (found.shape is None or all(found.shape))
        except TypeError as error:
            raise CheckpointError(_unreadable(path, str(error))) from error
        if not fits:
            raise CheckpointError(_unreadable(path, "its names or its shape are not those of the flow"))
        return found

    def content(self) -> dict[str, Any]:
        """The parts by name."""
        return dict(vars(self))

    def summary_by(self, path: Path) -> SequenceModel | None:
        """The model, if the summary is one.

        Raises:
            CheckpointError: if its weights do not fit.
        """
        return model_of(self.summary, path)[0] if isinstance(self.summary, Mapping) else None


def _unreadable(path: Path, why: str) -> str:
    return (
        f"{path} cannot be read as a posterior of this version of pathlode ({why}): read it with the version that wrote it, or "
        "infer again"
    )
