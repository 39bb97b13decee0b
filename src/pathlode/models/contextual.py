"""Models that read static covariates and known inputs beside the observations."""

import torch

from pathlode.core.context import Context
from pathlode.core.shapes import Latent, Starts, Times, Values
from pathlode.core.signals import Signal
from pathlode.errors import DataError
from pathlode.models.contract import SequenceModel
from pathlode.models.observations import Observations


class ContextualModel(SequenceModel):
    """A model that reads a trajectory's context at every observation, in the model's units.

    Arguments, attributes and errors are those of :class:`pathlode.models.stack.ModelStack`.
    """

    def _beside(self, given: Observations) -> Values | None:
        """What the encoder reads beside the values, (member, batch, time, ...): static covariates, and inputs at each time."""
        known, signal = self.known(given.context), self.signal(given.context, given.start)
        parts = []
        if known is not None:
            parts.append(known[:, :, None].expand(*given.times.shape, -1))
        if signal is not None:
            parts.append(signal(self._elapsed(given.times, given.start)))
        return torch.cat(parts, dim=-1) if parts else None

    def _elapsed(self, times: Times, start: Starts) -> Times:
        """τ since the start, (member, batch, time)."""
        return ((times - start[..., None]) / self.config.time_unit).to(self.dtype)

    def signal(self, context: Context | None, start: Starts) -> Signal | None:
        """Inputs in the model's units as a function of τ since the start, (member, batch); None for a model that reads none.

        Raises:
            DataError: if the model reads inputs and none are given.
        """
        if not self.config.inputs:
            return None
        if context is None or context.input_times is None or context.inputs is None:
            raise DataError(f"the model reads {self.config.inputs} inputs, but none are given")
        values = ((context.inputs - self.input_mean) / self.input_std).to(self.dtype)
        return Signal.of(self._elapsed(context.input_times, start), values, self.config.interpolation)

    def known(self, context: Context | None) -> Latent | None:
        """Static covariates in the model's units, (member, batch, covariate); None for a model that reads none.

        Raises:
            DataError: if the model reads covariates and none are given.
        """
        if not self.config.static:
            return None
        if context is None or context.static is None:
            raise DataError(f"the model reads {self.config.static} static covariates, but none are given")
        return ((context.static - self.static_mean) / self.static_std).to(self.dtype)
