"""What a posterior is given of observations."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from pathlode.core.series import TimeSeries
from pathlode.core.tables.convert import as_numbers
from pathlode.errors import ConfigError, DataError
from pathlode.inference.functions import takes
from pathlode.inference.summaries import latents, observations
from pathlode.models.contract import SequenceModel


class ObservedSummary:
    """Turns observations into what a flow is conditioned on.

    Args:
        by: a trained latent ODE, for z0 of series by its first member; a function of observations that returns (n, number),
            for example a :class:`~pathlode.inference.embedding.LatentEmbedding`; or None for the numbers as they are. Series
            without a summary need a flow with a recurrent network.

    Raises:
        ConfigError: if it is something else.
    """

    def __init__(self, by: SequenceModel | Callable[[Any], Any] | None = None) -> None:
        if by is not None and not callable(by):
            raise ConfigError(
                f"the summary is a {type(by).__name__}, expected a trained latent ODE, a function, or None for the "
                "observations as they are"
            )
        if by is not None and not takes(by, 1):
            raise ConfigError("the summary takes other arguments, expected a function of observations")
        self.by = by

    @torch.no_grad()
    def __call__(self, x: Tensor | TimeSeries) -> Tensor:
        """(n, number), or observations (n, time, 1 + feature) for a recurrent network.

        Raises:
            DataError: if a function returns something else.
        """
        if isinstance(self.by, SequenceModel):
            if not isinstance(x, TimeSeries):
                raise DataError("the summary is a model of series, expected a simulator that returns a TimeSeries")
            return latents(self.by, 0, x)
        if self.by is None:
            return observations(x) if isinstance(x, TimeSeries) else x.flatten(1)
        found = as_numbers(self.by(x), "what the summary returned")
        if found.ndim != 2 or len(found) != len(x) or not found.shape[1]:
            raise DataError(
                f"the summary returned numbers of shape {tuple(found.shape)} for {len(x)} observations, expected ({len(x)}, "
                "number): one row for each"
            )
        return found
