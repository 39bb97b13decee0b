"""The latent ODE: encode an irregular time series into z0, integrate a learned ODE from it, decode the solution."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import torch
from torch import Tensor, nn

from pathlode.core.fields.bounded import BoundedField
from pathlode.core.series import TimeSeries, check_times, check_values
from pathlode.core.shapes import Latent, LatentPath, States, Times, Values
from pathlode.core.solve import Adaptive, FixedStep, solve
from pathlode.core.stacked import StackedLinear, StackedMLP
from pathlode.errors import ConfigError, DataError
from pathlode.registry import ENCODERS


@dataclass(frozen=True)
class ModelConfig:
    """Sizes of a :class:`LatentODE`.

    Args:
        features: measured quantities per observation.
        hidden: dimensions of the ODE's state h.
        latent: dimensions of z.
        width: units of each hidden layer of the field and of the decoder's network.
        depth: hidden layers of the field and of the decoder's network.
        encoder: name in :data:`pathlode.registry.ENCODERS`.
        encoder_hidden: dimensions of the encoder's hidden state, which one linear layer brings to ``hidden``; None, as in
            the paper, for ``hidden`` themselves and no such layer.
        variational: whether the encoder emits a mean and a log standard deviation and samples (Rubanova et al. 2019).
        time_unit: duration, in the data's unit of time, of one unit of the model's time τ. The field is bounded with a
            scale that starts at 1, so the state travels at most about one unit per τ: choose the unit such that the
            observed window is long enough in τ (5 or more) for the state to cross the data.
    """

    features: int
    hidden: int = 10
    latent: int = 10
    width: int = 20
    depth: int = 2
    encoder: str = "gru"
    encoder_hidden: int | None = None
    variational: bool = False
    time_unit: float = 1.0

    def __post_init__(self) -> None:
        for name in ("features", "hidden", "latent", "width", "depth"):
            if getattr(self, name) < 1:
                raise ConfigError(f"model.{name} is {getattr(self, name)}, expected at least 1")
        if self.encoder_hidden is not None and self.encoder_hidden < 1:
            raise ConfigError(
                f"model.encoder_hidden is {self.encoder_hidden}, expected at least 1, or null for `hidden`"
            )
        if not self.time_unit > 0:
            raise ConfigError(f"model.time_unit is {self.time_unit}, expected a duration above 0 in the data's unit")
        ENCODERS.path(self.encoder)


@dataclass(frozen=True)
class Encoding:
    """The encoder's output: ``z0`` (the mean, for a variational model) and, if variational, its log standard deviation."""

    z0: Latent
    log_std: Latent | None = None


@dataclass(frozen=True)
class Prediction:
    """What a latent ODE says about a batch of trajectories at the query times.

    Attributes:
        encoding: the encoder's output.
        z0: the latent vector that was decoded: the encoding's mean, or a sample of it in variational training.
        states: h along the query times, (member, batch, time, state).
        path: the latent path z along the query times, (member, batch, time, latent).
        times: the query times in the model's unit, τ, (member, batch, time).
        values: predicted observations, (member, batch, time, feature).
        evaluations: field evaluations per trajectory, (member, batch).
        values_error: estimated solver error of ``values``, if it was asked for.
    """

    encoding: Encoding
    z0: Latent
    states: States
    path: LatentPath
    times: Times
    values: Values
    evaluations: Tensor
    values_error: Values | None = None


class LatentODE(nn.Module):
    """A stack of latent ODEs, one a seed, that train and predict together.

    With observations (t_i, x_i), i = 1 ... T, and model time τ = t / time_unit:

    * encoder: an RNN over (t_T, x_T) ... (t_1, x_1), its last state brought to the size of h by a linear layer if need
      be, then z0 = E(that), E linear;
    * initial state: h(τ_1) = MLP(z0);
    * dynamics: dh/dτ = s · tanh(MLP(h)), :class:`pathlode.core.fields.bounded.BoundedField`;
    * decoder: x(t) = D(h(τ)), D linear;
    * latent path: z(t) = E(h(τ)), the encoder's own output layer along the solution.

    Inside, x is in units of ``std`` about ``mean`` (per feature), and so are the times that the encoder reads, of
    ``time_std`` about ``time_mean``: 1 and 0 until :meth:`standardise` sets them.

    Args:
        config: sizes, or a mapping of them.
        seeds: one stacked member a seed; a member's initial weights depend on its own seed alone.

    Source: Sampson & Melchior 2025, sec. 2 (https://arxiv.org/abs/2410.08923).
    """

    def __init__(self, config: ModelConfig, seeds: Sequence[int] = (0,)) -> None:
        super().__init__()
        if not seeds:
            raise ConfigError("seeds is empty, expected at least one")
        self.config = config
        self.seeds = tuple(seeds)
        generators = [torch.Generator().manual_seed(seed) for seed in seeds]
        hidden_layers = [config.width] * config.depth
        encoder_hidden = config.encoder_hidden or config.hidden
        self.encoder = ENCODERS[config.encoder](generators, config.features, encoder_hidden)
        self.encoder_to_hidden: nn.Module = nn.Identity()
        if config.encoder_hidden is not None:
            self.encoder_to_hidden = StackedLinear(generators, encoder_hidden, config.hidden)
        self.hidden_to_latent = StackedLinear(generators, config.hidden, config.latent)
        self.latent_to_hidden = StackedMLP(generators, (config.latent, *hidden_layers, config.hidden))
        self.field = BoundedField(generators, config.hidden, config.width, config.depth)
        self.hidden_to_data = StackedLinear(generators, config.hidden, config.features)
        self.mean, self.std = nn.Buffer(torch.zeros(config.features)), nn.Buffer(torch.ones(config.features))
        self.time_mean, self.time_std = nn.Buffer(torch.tensor(0.0)), nn.Buffer(torch.tensor(1.0))
        if config.variational:  # drawn last, so that the common parts start equal with and without it
            self.hidden_to_log_std = StackedLinear(generators, config.hidden, config.latent)

    def standardise(self, series: TimeSeries) -> None:
        """Takes over mean and standard deviation, of the times and of each feature, from training data.

        A feature that is constant keeps its unit.
        """
        self.time_mean.copy_(series.times.mean())
        self.time_std.copy_(series.times.std())
        self.mean.copy_(series.values.mean(dim=(0, 1)))
        std = series.values.std(dim=(0, 1))
        self.std.copy_(torch.where(std > 0, std, torch.ones_like(std)))

    @property
    def parameters_per_member(self) -> int:
        """Number of one member's parameters that a prediction uses: without the layer for log standard deviations."""
        used = [p for name, p in self.named_parameters() if not name.startswith("hidden_to_log_std")]
        return sum(p.numel() for p in used) // len(self.seeds)

    def encode(self, times: Times, values: Values, check: bool = True) -> Encoding:
        """z0 of every trajectory from its observations.

        Args:
            times: strictly increasing observation times, (batch, time) or (member, batch, time).
            values: observations, (batch, time, feature) or (member, batch, time, feature).
            check: whether to validate times and values; turn off only for data that were validated before.

        Raises:
            DataError: if shapes or types do not fit each other or the model, times are not finite and strictly
                increasing, or values are not finite.
        """
        times, values = self._stack(times, values)
        if check:
            check_times(times)
            check_values(values)
        last = self.encoder((times - self.time_mean) / self.time_std, (values - self.mean) / self.std)
        hidden = self.encoder_to_hidden(last)
        log_std = self.hidden_to_log_std(hidden) if self.config.variational else None
        return Encoding(self.hidden_to_latent(hidden), log_std)

    def decode(
        self,
        z0: Latent,
        start: Tensor,
        query: Times,
        solver: FixedStep | Adaptive | None = None,
        estimate_error: bool = False,
        check: bool = True,
    ) -> tuple[States, Values, Tensor, Values | None]:
        """States, values, field evaluations and estimated error of the values at the query times.

        Args:
            z0: latent vectors, (member, batch, latent), which hold at ``start``.
            start: first observation times, (batch,) or (member, batch).
            query: times not before ``start``, (batch, time) or (member, batch, time).
            solver: as in :func:`pathlode.core.solve.solve`.
            estimate_error: whether to estimate the solver's error in the values.
            check: whether to validate the query times.
        """
        unit = self.config.time_unit
        solution = solve(
            self.field,
            self.latent_to_hidden(z0),
            query / unit,
            start=start / unit,
            solver=solver,
            estimate_error=estimate_error,
            check=check,
        )
        error = None
        if solution.error is not None:
            error = (solution.error @ self.hidden_to_data.weight[:, None]) * self.std
        values = self.mean + self.std * self.hidden_to_data(solution.states)
        return solution.states, values, solution.evaluations, error

    def forward(
        self,
        times: Times,
        values: Values,
        query: Times | None = None,
        *,
        noise: Latent | None = None,
        solver: FixedStep | Adaptive | None = None,
        estimate_error: bool = False,
        check: bool = True,
    ) -> Prediction:
        """Encodes the observations and predicts at the query times (by default the observed ones).

        Args:
            times: observation times, (batch, time) or (member, batch, time).
            values: observations, (batch, time, feature) or (member, batch, time, feature).
            query: times to predict at, not before a trajectory's first observation.
            noise: standard normal draws, (member, batch, latent), with which a variational model samples
                z0 = mean + std · noise; without it, z0 is the mean.
            solver: as in :func:`pathlode.core.solve.solve`.
            estimate_error: whether to estimate the solver's error in the values.
            check: whether to validate observations and query times.
        """
        encoding = self.encode(times, values, check)
        z0 = encoding.z0
        if encoding.log_std is not None and noise is not None:
            z0 = z0 + encoding.log_std.exp() * noise
        query = times if query is None else query
        states, predicted, evaluations, error = self.decode(z0, times[..., 0], query, solver, estimate_error, check)
        path = self.hidden_to_latent(states)
        elapsed = (query / self.config.time_unit).expand(states.shape[:-1])
        return Prediction(encoding, z0, states, path, elapsed, predicted, evaluations, error)

    def _stack(self, times: Times, values: Values) -> tuple[Times, Values]:
        """Observations with a member axis, checked against each other and the model."""
        members, features = len(self.seeds), self.config.features
        if values.shape[:-1] != times.shape or values.shape[-1] != features or times.ndim not in (2, 3):
            raise DataError(
                f"times of shape {tuple(times.shape)} and values of shape {tuple(values.shape)} do not fit: "
                f"expected (batch, time) and (batch, time, {features}), or both with a leading axis of {members}"
            )
        dtype = self.hidden_to_data.weight.dtype
        if {times.dtype, values.dtype} != {dtype}:
            raise DataError(
                f"times are {times.dtype} and values {values.dtype}, but the model is {dtype}: convert one of them"
            )
        if times.ndim == 2:
            return times.expand(members, *times.shape), values.expand(members, *values.shape)
        if times.shape[0] != members:
            raise DataError(f"observations are stacked {times.shape[0]} times, but the model has {members} members")
        return times, values

    def member(self, index: int) -> "LatentODE":
        """A stack of this member alone, with a copy of its weights."""
        alone = LatentODE(self.config, [self.seeds[index]]).to(self.hidden_to_data.weight)
        shared = {name for name, _ in self.named_buffers()}
        weights = self.state_dict()
        alone.load_state_dict({name: w if name in shared else w[index : index + 1] for name, w in weights.items()})
        return alone

    def describe(self) -> dict[str, object]:
        """Configuration, seeds and floating-point type as plain values, enough to build the same model again."""
        dtype = str(self.hidden_to_data.weight.dtype).removeprefix("torch.")
        return {"config": asdict(self.config), "seeds": list(self.seeds), "dtype": dtype}
