"""Models that encode a trajectory's observations into one latent vector z0."""

import logging
from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

import torch
from torch import Tensor, nn

from pathlode.core.context import Context
from pathlode.core.encoders.contract import Encoder
from pathlode.core.shapes import Latent, Starts, Times, Values
from pathlode.core.stacked import StackedLinear
from pathlode.models.contextual import ContextualModel
from pathlode.models.observations import Observations, Query
from pathlode.models.prediction import Encoding, Prediction
from pathlode.models.settings import ModelConfig
from pathlode.registry import ENCODERS, INPUTS

if TYPE_CHECKING:
    from pathlode.core.solve import Adaptive, FixedStep  # not all models solve an ODE

logger = logging.getLogger(__name__)


class EncodedModel(ContextualModel):
    """A model with z0 = E(last state of an encoder), E linear. Subclasses turn z0 into predictions.

    If ``encoder_hidden`` is set, a linear layer first maps the encoder's last state to the size of h.

    Args:
        config: sizes and parts.
        seeds: one stacked member per seed.
    """

    beside_values: ClassVar[tuple[str, ...]] = ("hidden_to_log_std", "latent_to_outcome")
    """Parts and parameters that a prediction of values does not use: of the training, and of the head."""

    def __init__(self, config: ModelConfig, seeds: Sequence[int] = (0,)) -> None:
        super().__init__(config, seeds)
        self._told: set[tuple[int, int]] = set()
        generators = [torch.Generator().manual_seed(seed) for seed in seeds]
        encoder_hidden = config.encoder_hidden or config.hidden
        self.encoder: Encoder = ENCODERS[config.encoder](
            generators, config.features + config.static + config.inputs, encoder_hidden, config.gaps
        )
        self.encoder_to_hidden: nn.Module = nn.Identity()
        if config.encoder_hidden is not None:
            self.encoder_to_hidden = StackedLinear(generators, encoder_hidden, config.hidden)
        self.hidden_to_latent = StackedLinear(generators, config.hidden, config.latent)
        self.add_parts(generators)
        if config.variational:  # drawn last: the common parts then start equal with and without it
            self.hidden_to_log_std = StackedLinear(generators, config.hidden, config.latent)
        if config.head:
            self.latent_to_outcome = StackedLinear(generators, config.latent, config.head)

    def _stack(self, times: Times, values: Values, check: bool, context: Context | None = None) -> Observations:
        given = super()._stack(times, values, check, context)
        if check and self.minds_counts and self.counts is not None:
            self._warn_of_counts(given.counts)
        return given

    def _warn_of_counts(self, counts: tuple[int, int]) -> None:
        """Warns, once for each range, of series with more or fewer observations than in training."""
        fewest, most = self.counts or counts
        if counts in self._told or (fewest <= counts[0] and counts[1] <= most):
            return
        self._told.add(counts)
        logger.warning(
            "series of %s observations are read by an encoder that was trained on %s and minds their number: "
            "expect poor predictions, or train with Views(subsets=0.5) or the encoder interpolation",
            *(" to ".join(map(str, sorted({*each}))) for each in (counts, (fewest, most))),
        )

    @abstractmethod
    def add_parts(self, generators: Sequence[torch.Generator]) -> None:
        """Makes the parts that turn z0 into predictions, with one random generator per member."""

    @property
    def reads_gaps(self) -> bool:
        return self.encoder.reads_gaps

    @property
    def minds_counts(self) -> bool:
        """Whether predictions become poor for series with more or fewer observations than in training."""
        return self.encoder.minds_counts

    def draws(self, steps: int) -> int:
        return self.config.latent if self.config.variational else 0

    @property
    def parameters_per_member(self) -> int:
        """Number of one member's parameters that a prediction of values uses: without those of :attr:`beside_values`."""
        used = [p for name, p in self.named_parameters() if name.partition(".")[0] not in self.beside_values]
        return sum(p.numel() for p in used) // len(self.seeds)

    def encoded(self, given: Observations) -> Encoding:
        """z0 of every trajectory. Times and values are standardised in their own precision, and then rounded to the model's."""
        read = INPUTS[self.config.input](given.values, self.mean, self.std).to(self.dtype)
        mask, beside = given.mask, self._beside(given)
        if beside is not None:
            read = torch.cat([read, beside], dim=-1)
            if mask is not None:  # known wherever anything was observed, so padding stays without effect
                mask = torch.cat([mask, mask.any(dim=-1, keepdim=True).expand(beside.shape)], dim=-1)
        if mask is not None:
            read = read.where(mask, 0.0)
        times = given.times - given.start[..., None] if self.config.elapsed else given.times
        times = ((times - self.time_mean) / self.time_std).to(self.dtype)
        hidden = self.encoder_to_hidden(self.encoder(times, read, mask))
        log_std = self.hidden_to_log_std(hidden) if self.config.variational else None
        return Encoding(self.hidden_to_latent(hidden), log_std, hidden)

    def predicted(self, given: Observations, query: Query) -> Prediction:
        encoding = self.encoded(given)
        z0 = self.sample(encoding, query.noise)
        found = self.decoded(z0, given.start, query, given.context)
        values = found.values.to(given.values.dtype)
        return replace(found, values=values, encoding=encoding, z0=z0, outcome=self.outcome(z0))

    def values_from(
        self,
        z0: Latent,
        start: Starts,
        query: Times,
        solver: "FixedStep | Adaptive | None" = None,
        *,
        context: Context | None = None,
    ) -> Values:
        return self.decoded(z0, start, Query(query, solver=solver), context).values.to(query.dtype)

    @abstractmethod
    def decoded(self, z0: Latent, start: Starts, query: Query, context: Context | None) -> Prediction:
        """The prediction from latent vectors, without those and what the encoder says.

        Args:
            z0: (member, batch, latent).
            start: first times, (member, batch).
            query: what is asked for.
            context: of the trajectories, checked, for a model that reads it after the encoder.
        """

    def outcome(self, z0: Latent) -> Tensor | None:
        if not self.config.head:
            return None
        told: Tensor = self.latent_to_outcome(z0)
        return told if self.config.head > 1 else self.outcome_mean + self.outcome_std * told

    def sample(self, encoding: Encoding, noise: Tensor | None) -> Latent:
        """z0 = mean + std · noise, or the mean if there is no noise or no standard deviation."""
        if encoding.log_std is None or noise is None:
            return encoding.z0
        return encoding.z0 + encoding.log_std.exp() * noise
