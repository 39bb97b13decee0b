"""What a model reads of trajectories besides their observations, checked, with an axis for the stacked members."""

from dataclasses import dataclass

import torch
from torch import Tensor

from pathlode.core.checks import check_inputs, check_times
from pathlode.core.context import Context
from pathlode.core.masks import padded
from pathlode.core.recorded import recorded
from pathlode.core.shapes import Static, Times, Values
from pathlode.core.tables.convert import as_numbers, as_times
from pathlode.errors import DataError


@dataclass(frozen=True)
class ContextReader:
    """What a model reads besides observations.

    Args:
        members: the model's stacked members.
        static: static covariates that it reads; 0 for none.
        inputs: known inputs that it reads; 0 for none.
        device: the model's device.
    """

    members: int
    static: int
    inputs: int
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
        if not self.static and not self.inputs:
            return None
        if recorded():  # an exported program has the member axis already, and cannot refuse anything
            return given
        static = times = values = None
        if self.static:
            static = self._stacked(self._static(given, check), batch, 1, "static covariates")
        if self.inputs:
            times, values = self._inputs(given, check)
            times = padded(self._stacked(times, batch, 1, "times of inputs"))
            values = self._stacked(values, batch, 2, "inputs")
        return Context(static, times, values)

    def check(self, given: Context | None, times: Times) -> None:
        """Refuses context that the model cannot read, before a training in which nothing is checked again.

        Args:
            given: the context.
            times: the observation times.

        Raises:
            DataError: as :meth:`read` and :meth:`refuse_uncovered`.
        """
        if self.static:
            self._static(given, check=True)
        if self.inputs:
            given_times, values = self._inputs(given, check=True)
            self.refuse_uncovered(Context(None, given_times, values), times, "times")

    def refuse_uncovered(self, given: Context | None, times: Times, what: str) -> None:
        """Refuses times outside those of a trajectory's inputs: nothing is known of the inputs there.

        Args:
            given: the context, as :meth:`read` gives it.
            times: (batch, time), or with a leading axis.
            what: the name of these times in the message.

        Raises:
            DataError: naming the first trajectory and time at fault.
        """
        if given is None or given.input_times is None or recorded():
            return
        known = padded(given.input_times)
        first, last = known[..., :1], known[..., -1:]
        bad = ((times < first) | (times > last)).nonzero()
        if len(bad):
            place = tuple(bad[0].tolist())
            time, low, high = (float(part.expand(times.shape)[place]) for part in (times, first, last))
            raise DataError(
                f"{what}: trajectory {place[-2]}, time number {place[-1] + 1} is {time:.10g}, but its inputs are known from "
                f"{low:.10g} to {high:.10g} only; give inputs that cover it, or leave the time out"
            )

    def _static(self, given: Context | None, check: bool) -> Static:
        if given is None or given.static is None:
            raise DataError(_lacking(self.static, "static covariates", "static"))
        static = as_numbers(given.static, "static covariates").to(self.device)
        if static.shape[-1] != self.static:
            raise DataError(_other_number(static.shape[-1], "static covariates", self.static, "static"))
        if check:
            _refuse_missing(static)
        return static

    def _inputs(self, given: Context | None, check: bool) -> tuple[Times, Values]:
        if given is None or given.input_times is None or given.inputs is None:
            raise DataError(_lacking(self.inputs, "inputs", "inputs"))
        times, values = as_times(given.input_times)[0], as_numbers(given.inputs, "inputs")
        if values.shape[-1] != self.inputs:
            raise DataError(_other_number(values.shape[-1], "inputs", self.inputs, "inputs"))
        if times.shape != values.shape[:-1] or times.ndim not in (2, 3):
            raise DataError(
                f"inputs of shape {tuple(values.shape)} do not fit their times of shape {tuple(times.shape)}, expected (batch, "
                "time, input) and (batch, time), or both with a leading axis of members"
            )
        if check:
            check_times(times, padding=True)
            check_inputs(times, values)
        return times.to(self.device), values.to(self.device)

    def _stacked(self, part: Tensor, batch: int, axes: int, what: str) -> Tensor:
        """A part with a member axis; ``axes`` follow the batch."""
        rest = tuple(part.shape[-axes:])
        try:
            return part.expand(self.members, batch, *rest)
        except RuntimeError:
            raise DataError(
                f"{what} of shape {tuple(part.shape)} do not fit {batch} trajectories: expected {(batch, *rest)}, or that with "
                f"a leading axis of {self.members}"
            ) from None


def _refuse_missing(static: Static) -> None:
    bad = (~static.isfinite()).nonzero()
    if len(bad):
        *_, trajectory, covariate = bad[0].tolist()
        raise DataError(
            f"static covariate {covariate + 1} of trajectory {trajectory} is {static[tuple(bad[0])].item()}, but models read "
            "none that are missing: impute it, for example by the mean, or leave the covariate out"
        )


def _lacking(number: int, what: str, name: str) -> str:
    return (
        f"the model reads {number} {what}, but none are given: make the series with TimeSeries(..., {name}=...), and call the "
        "model with context=series.context"
    )


def _other_number(found: int, what: str, number: int, name: str) -> str:
    return f"there are {found} {what}, but the model reads {number}: set {name} of ModelConfig"
