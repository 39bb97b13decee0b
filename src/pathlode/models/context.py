"""What a model is told of trajectories besides their observations, checked, with an axis for the stacked members."""

from dataclasses import dataclass

import torch

from pathlode.core.context import Context
from pathlode.core.convert import as_numbers
from pathlode.core.shapes import Static
from pathlode.errors import DataError


@dataclass(frozen=True)
class ContextReader:
    """What a model reads besides observations.

    Args:
        members: the model's stacked members.
        static: static covariates that it reads; 0 for none.
        device: the model's device.
    """

    members: int
    static: int
    device: torch.device

    def read(self, given: Context | None, batch: int, check: bool) -> Context | None:
        """The context of ``batch`` trajectories with a member axis; None for a model that reads none.

        Args:
            given: the context; what the model does not read is left out.
            batch: number of trajectories.
            check: whether to validate numbers, besides their shapes.

        Raises:
            DataError: if something is lacking, or does not fit the model or the trajectories, or a number is not finite.
        """
        if not self.static:
            return None
        static = self._static(given)
        try:
            static = static.expand(self.members, batch, self.static)
        except RuntimeError:
            raise DataError(
                f"static covariates of shape {tuple(static.shape)} do not fit {batch} trajectories: expected ({batch}, "
                f"{self.static}), or that with a leading axis of {self.members}"
            ) from None
        if check:
            _refuse_missing(static)
        return Context(static)

    def check(self, given: Context | None) -> None:
        """Refuses context that the model cannot read, before a training in which nothing is checked again.

        Raises:
            DataError: as :meth:`read`.
        """
        if self.static:
            _refuse_missing(self._static(given))

    def _static(self, given: Context | None) -> Static:
        if given is None or given.static is None:
            raise DataError(
                f"the model reads {self.static} static covariates, but none are given: make the series with TimeSeries(..., "
                "static=...), and call the model with context=series.context"
            )
        static = as_numbers(given.static, "static covariates").to(self.device)
        if static.shape[-1] != self.static:
            raise DataError(
                f"there are {static.shape[-1]} static covariates, but the model reads {self.static}: set static of ModelConfig"
            )
        return static


def _refuse_missing(static: Static) -> None:
    bad = (~static.isfinite()).nonzero()
    if len(bad):
        *_, trajectory, covariate = bad[0].tolist()
        raise DataError(
            f"static covariate {covariate + 1} of trajectory {trajectory} is {static[tuple(bad[0])].item()}, but models read "
            "none that are missing: impute it, for example by the mean, or leave the covariate out"
        )
