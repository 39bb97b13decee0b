"""Continuous recurrent units: a Kalman filter in continuous time between an encoder and a decoder of single observations."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.functional import normalize, softplus

from pathlode.core.kalman import Belief
from pathlode.core.linear_sde import transition
from pathlode.core.shapes import MaskInTime, Times, Values
from pathlode.core.stacked import StackedLinear, StackedMLP, uniform_parameter
from pathlode.models.contextual import ContextualModel
from pathlode.models.observations import Observations, Query
from pathlode.models.prediction import Density, Prediction
from pathlode.models.settings import ModelConfig

BASES = 15
"""Matrices whose mixture is the drift."""
FIRST_DAMPING, FIRST_DIFFUSION = 0.2, 0.4
"""Rate at which the state decays, and variance that each component gains, per unit of τ when training begins: the variance of
the start, 1, then lasts."""
LEAST_VARIANCE = 1e-4
"""Smallest noise variance of an encoded observation, whose norm is 1."""
LEAST_STD = 0.01
"""Smallest standard deviation of a density, in standard deviations of the feature over the training data."""
TRANSITIONS_AT_ONCE = 20_000
"""Transitions to query times that are made at once: bounds the memory of a prediction."""


@dataclass(frozen=True)
class _Filtered:
    """Beliefs along the observation times; their axes are member, batch, time.

    Attributes:
        before: the belief at each time, given the observations before it.
        after: the belief after the last observation until then.
        since: τ of that observation, (member, batch, time).
        first: index of the first time at which anything was observed, (member, batch, 1).
    """

    before: Belief
    after: Belief
    since: Tensor
    first: Tensor


class CRU(ContextualModel):
    """dz = A z dτ + dW for a state z of 2 m = ``latent`` dimensions, whose first half is measured at each observation.

    * encoder: (y_i, v_i) = MLP(x_i), with y_i of norm 1 and v_i > 0; y_i is read as the first half of z plus N(0, v_i);
    * drift: A = Σ_k α_k A_k of 15 learnt matrices, α = softmax(W E z + b) at the belief after the last observation;
    * between observations: the exact transition of mean and covariance, :func:`pathlode.core.linear_sde.transition`;
    * at an observation: the Kalman filter's update, :class:`pathlode.core.kalman.Belief`, with its three diagonals;
    * decoder: x̂ = MLP(E z), and its standard deviation σ = MLP(covariance).

    z starts from N(0, 1) at the first time, and τ = t / time_unit. A missing feature is 0 for the encoder, which also reads
    what is missing; a time without any observation is skipped.

    A prediction is filtered, as in the source, not smoothed: it depends on the observations before its time alone. At an
    observation's own time it does not depend on that observation, so no error is small because a value was copied. At the first
    time and before it, where nothing is known yet, ``values`` come from the first observation, by the same drift backward in
    time; ``density`` there is that of the start. After the last observation the drift stays as it is.

    Any loss compares by the density (:func:`pathlode.training.losses.contract.negative_log_density`): with the loss ``none``,
    training maximises the joint density of the observations. There is no z0 and no latent path to penalise.

    Differences from the source: at an observation's time it decodes the belief *after* the update, and it trains on series of
    which some observations are hidden, as :class:`pathlode.training.views.Views` can do here.

    Args:
        config: ``latent`` is the dimensions of z, ``width`` and ``depth`` are those of all networks.
        seeds: one stacked member per seed.

    Raises:
        ConfigError: if ``latent`` is odd, as its first half is measured, or below 4: for m = 1 an encoded observation of norm 1
            would be its sign alone.

    Cost: one step of the filter per observation time, one after another, for all trajectories and members at once, and one
    transition per query time that is no observation time, all of them at once.
    Source: Schirmer et al. 2022, Modeling irregular time series with continuous recurrent units
    (https://arxiv.org/abs/2111.11344).
    """

    offers = frozenset({"training", "density"})

    def __init__(self, config: ModelConfig, seeds: Sequence[int] = (0,)) -> None:
        super().__init__(config, seeds)
        generators = [torch.Generator().manual_seed(seed) for seed in seeds]
        state, layers = config.latent, [config.width] * config.depth
        read = config.features * (2 if config.gaps else 1) + config.static + config.inputs
        self.data_to_measurement = StackedMLP(generators, (read, *layers, state))
        self.state_to_mixture = StackedLinear(generators, state, BASES)
        self.bases = uniform_parameter(generators, (BASES, state * state), state**-0.5)
        self.bases.data -= FIRST_DAMPING * torch.eye(state).flatten()
        self.log_diffusion = nn.Parameter(torch.full((len(seeds), 1, state), FIRST_DIFFUSION).log())
        self.state_to_data = StackedMLP(generators, (state, *layers, config.features))
        self.covariance_to_std = StackedMLP(generators, (state + state // 2, *layers, config.features))

    @property
    def reads_gaps(self) -> bool:
        return self.config.gaps

    def predicted(self, given: Observations, query: Query) -> Prediction:
        filtered = self._filtered(given)
        earlier = torch.searchsorted(given.times.contiguous(), query.times.to(given.times.dtype).contiguous())
        belief = self._belief_at(filtered, given, query.times, earlier)
        start = Belief.standard((len(self.seeds), 1, 1, self.config.latent), belief.mean)
        mean, std = self._decode(belief)
        mean_before, std_before = self._decode(start)
        known = (earlier > filtered.first)[..., None]
        density = Density(mean.where(known, mean_before), std.where(known, std_before))
        dtype = given.values.dtype
        return Prediction(values=mean.to(dtype), density=Density(density.mean.to(dtype), density.std.to(dtype)))

    def _measurements(self, given: Observations) -> tuple[Tensor, Tensor]:
        """y and its variance, each (member, batch, time, m)."""
        read = ((given.values - self.mean) / self.std).to(self.dtype)
        parts = [read if given.mask is None else read.where(given.mask, 0.0)]
        if self.config.gaps:
            parts.append(torch.ones_like(read) if given.mask is None else given.mask.to(read))
        beside = self._beside(given)
        if beside is not None:
            parts.append(beside)
        place, spread = self.data_to_measurement(torch.cat(parts, dim=-1)).chunk(2, dim=-1)
        return normalize(place, dim=-1), softplus(spread) + LEAST_VARIANCE

    def _advanced(self, belief: Belief, elapsed: Tensor) -> Belief:
        """The beliefs, (member, batch, ...), after τ has grown by ``elapsed``, with the drift at their means."""
        shares = self.state_to_mixture(belief.mean).softmax(dim=-1)
        members, *rest, state = belief.mean.shape
        drift = (shares.flatten(1, -2) @ self.bases).view(members, *rest, state, state)
        diffusion = self.log_diffusion.exp().view(members, *[1] * len(rest), state).expand(belief.mean.shape)
        return belief.moved(transition(drift, diffusion, elapsed))

    def _filtered(self, given: Observations) -> _Filtered:
        elapsed = self._elapsed(given.times, given.start)
        present: MaskInTime | None = None if given.mask is None else given.mask.any(dim=-1)
        measured = [part.unbind(dim=2) for part in self._measurements(given)]
        after, since = Belief.standard((*elapsed.shape[:2], self.config.latent), measured[0][0]), elapsed[..., 0]
        tracks: tuple[list[Tensor], list[Tensor], list[Tensor]] = ([], [], [])
        for i, (y, variance) in enumerate(zip(*measured, strict=True)):
            before = self._advanced(after, elapsed[..., i] - since) if i else after
            updated, now = before.updated(y, variance), elapsed[..., i]
            if present is not None:
                updated, now = updated.where(present[..., i], after), now.where(present[..., i], since)
            after, since = updated, now
            for track, tensor in zip(tracks, (before.numbers, after.numbers, since), strict=True):
                track.append(tensor)
        before_all, after_all, since_all = (torch.stack(track, dim=2) for track in tracks)
        first = torch.zeros_like(elapsed[..., :1], dtype=torch.long)
        if present is not None:
            first = present.to(torch.uint8).argmax(dim=-1, keepdim=True)
        return _Filtered(Belief.of(before_all), Belief.of(after_all), since_all, first)

    def _belief_at(self, filtered: _Filtered, given: Observations, query: Times, earlier: Tensor) -> Belief:
        """The belief at each query time, given the observations before it, or else the first one.

        Args:
            filtered: the beliefs at the observation times.
            given: the observations.
            query: (member, batch, query).
            earlier: the number of observation times before each of them.
        """
        first = filtered.first
        if query.shape == given.times.shape and torch.equal(query, given.times) and not first.any():
            known = _taken(filtered.before.numbers, earlier)
            return Belief.of(known).where(earlier > 0, Belief.of(filtered.after.numbers[:, :, :1]))
        place = (earlier - 1).maximum(first)
        elapsed = self._elapsed(query, given.start) - filtered.since.gather(2, place)
        most = max(1, TRANSITIONS_AT_ONCE // place[..., 0].numel())
        parts = zip(place.split(most, dim=-1), elapsed.split(most, dim=-1), strict=True)
        found = [self._advanced(Belief.of(_taken(filtered.after.numbers, at)), gap).numbers for at, gap in parts]
        return Belief.of(torch.cat(found, dim=2))

    def _decode(self, belief: Belief) -> tuple[Values, Values]:
        """Mean and standard deviation of the values, in the data's unit and in the precision of the model's units."""
        mean = self.mean + self.std * self.state_to_data(belief.mean)
        told = torch.cat([belief.variance.log(), belief.slope, belief.rest.log()], dim=-1)
        return mean, self.std * (softplus(self.covariance_to_std(told)) + LEAST_STD)


def _taken(along: Tensor, places: Tensor) -> Tensor:
    """Entries, (member, batch, query, ...), at places in time of (member, batch, time, ...)."""
    return along.gather(2, places[..., None].expand(*places.shape, along.shape[-1]))
