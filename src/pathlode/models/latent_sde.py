"""The latent SDE: a latent ODE whose state is driven by noise, with a posterior over its paths."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, ClassVar

import torch
from torch import Tensor, nn

from pathlode.core.context import Context
from pathlode.core.decoders.contract import Decoder
from pathlode.core.fields.bounded import BoundedField
from pathlode.core.fields.contract import VectorField
from pathlode.core.fields.controlled import ControlledField
from pathlode.core.recorded import recorded
from pathlode.core.shapes import Latent, Starts, State, Times, Values
from pathlode.core.solve import Adaptive, FixedStep, solve
from pathlode.core.stacked import StackedMLP
from pathlode.errors import ConfigError
from pathlode.models.encoded import EncodedModel
from pathlode.models.observations import Observations, Query
from pathlode.models.path_draws import PATHS, PathDraws, drawn_by_seeds
from pathlode.models.prediction import Encoding, Prediction, required
from pathlode.models.spans import Span, Spans, refuse_divergence, spans_of
from pathlode.registry import DECODERS

if TYPE_CHECKING:
    from pathlode.core.solvers.torchsde_backend import Drift

ROWS_AT_ONCE = 2**13
"""Sampled paths that are integrated at once without gradient: bounds the memory of predictions."""
LOG_DIFFUSION = -2.0
"""γ at the start of a training."""


class LatentSDE(EncodedModel):
    """x(t) = D(h(τ)) with dh = f(h) dτ + g dW, and a posterior with another drift f_q and the same g.

    It is a stack of latent SDEs, one per seed. Encoder, z0 and decoder are those of
    :class:`pathlode.models.latent_ode.LatentODE`.

    * prior: z0 ~ N(m, s²), h(τ_1) = MLP(z0), dh = f(h) dτ + g dW, with f the field of the latent ODE;
    * posterior, up to the last observation: z0 ~ N(μ, σ²) of the encoder, dh = f_q(h, e, sin τ, cos τ) dτ + g dW, with e the
      last state of the encoder, and after that observation the prior's drift f;
    * g = exp(γ), one number per dimension of h;
    * divergence: KL(N(μ, σ²) ‖ N(m, s²)) + ½ E ∫ ‖(f_q - f) / g‖² dτ.

    m, s and γ are learnt. A training step samples one path per trajectory, from draws of the member's stream. A prediction is
    the mean over :data:`pathlode.models.path_draws.PATHS` paths, whose draws depend on the member's seed alone: it is
    deterministic. Before the first observation the prior's drift runs back without noise.

    The method is always reversible Heun. The solver says the number of steps, so many in the window and so many after it. If it
    names ``reversible_heun``, gradients come from undone steps, without memory of what each computed, which takes longer. An
    adaptive solver has no number of steps. Then there are N = :data:`pathlode.models.spans.WINDOW_STEPS` in the window, and
    after it steps of the same size, but of at least 1 / N units of τ.

    Args:
        config: sizes and parts.
        seeds: one stacked member per seed.

    Source: Li et al. 2020, Scalable gradients for stochastic differential equations (https://arxiv.org/abs/2001.01328); Kidger
    et al. 2021, Efficient and accurate gradients for neural SDEs (https://arxiv.org/abs/2105.13493).
    """

    offers = frozenset({"training", "latent", "posterior", "decoder", "path_kl"})
    beside_values = ("latent_to_outcome", "start_mean", "start_log_std")
    method: ClassVar[str] = "reversible_heun"
    """Method of torchsde, where steps are not undone."""
    of_diffusion: ClassVar[str] = "log_diffusion"
    """Name of the parameter that g depends on, beside those of the prior."""

    def add_parts(self, generators: Sequence[torch.Generator]) -> None:
        config, members = self.config, len(self.seeds)
        self.latent_to_hidden = StackedMLP(generators, (config.latent, *[config.width] * config.depth, config.hidden))
        self.add_equation(generators, config.hidden + 2)  # the encoder's last state, and sin τ and cos τ
        self.hidden_to_data: Decoder = DECODERS[config.decoder](generators, config.hidden, config.features)
        self.start_mean = nn.Parameter(torch.zeros(members, 1, config.latent))
        self.start_log_std = nn.Parameter(torch.zeros(members, 1, config.latent))

    def add_equation(self, generators: Sequence[torch.Generator], told: int) -> None:
        """Makes the drift of the ``prior``, the ``posterior``, and what g depends on.

        Args:
            generators: one random generator per member.
            told: dimensions of what the posterior reads besides h.
        """
        config = self.config
        self.prior: VectorField = BoundedField(generators, config.hidden, config.width, config.depth)
        self.posterior: nn.Module = ControlledField(generators, config.hidden, config.width, config.depth, told)
        self.log_diffusion = nn.Parameter(torch.full((len(self.seeds), 1, config.hidden), LOG_DIFFUSION))

    def diffusion(self) -> Tensor:
        """g, (member, 1, state)."""
        return self.log_diffusion.exp()

    def pulled(self, h: State, told: State) -> tuple[State, Tensor]:
        """f_q at h, and (f_q - f) / g, each (member, row, ...), where the encoder and the time tell ``told``."""
        velocity = self.posterior(h, context=told)
        return velocity, (velocity - self.prior(h)) / self.diffusion()

    def draws(self, steps: int) -> int:
        return super().draws(steps) + 2 * steps * self.config.hidden

    def predicted(self, given: Observations, query: Query) -> Prediction:
        asked, noise, solver, check = self._elapsed(query.times, given.start), query.noise, query.solver, query.check
        spans = spans_of(self._elapsed(given.last, given.start), asked, solver)
        encoding = self.encoded(given)
        z0, told = encoding.z0, required(encoding.hidden, "encoder's last state")
        if noise is None:
            found, divergence = self._mean_paths(encoding, told, spans, asked, solver, check)
            predicted, spread = found.mean(dim=1), found.std(dim=1, correction=0).to(given.values.dtype)
        else:
            draws = PathDraws.of_noise(noise, super().draws(0), spans.inside.count, self.config.hidden)
            z0, spread = self.sample(encoding, draws.start), None
            predicted, divergence = self._paths(z0, told, spans, draws, asked, solver, check)
        return Prediction(
            values=predicted.to(given.values.dtype),
            spread=spread,
            encoding=encoding,
            z0=z0,
            path_kl=divergence + self._divergence_at_start(encoding),
            outcome=self.outcome(z0),
        )

    def decoded(self, z0: Latent, start: Starts, query: Query, context: Context | None) -> Prediction:
        if recorded():
            raise ConfigError("the paths of a latent SDE cannot be exported: export its encoder")
        asked = self._elapsed(query.times, start)
        spans = spans_of(torch.zeros_like(asked[..., :1]), asked, query.solver)
        found, _ = self._mean_paths(Encoding(z0), None, spans, asked, query.solver, query.check)
        return Prediction(values=found.mean(dim=1))

    def _mean_paths(
        self,
        encoding: Encoding,
        told: State | None,
        spans: Spans,
        asked: Times,
        solver: FixedStep | Adaptive | None,
        check: bool,
    ) -> tuple[Tensor, Tensor]:
        """Values along each sampled path, (member, path, batch, time, feature), and the divergence, (member, batch)."""
        latent, batch = self.config.latent, asked.shape[1]
        counts = spans.inside.count, spans.beyond.count
        draws = drawn_by_seeds(self.seeds, latent, self.config.hidden, *counts, like=encoding.z0)
        at_once = PATHS if torch.is_grad_enabled() else max(1, ROWS_AT_ONCE // (len(self.seeds) * batch))
        found = []
        for begin in range(0, PATHS, at_once):
            some = draws.some(slice(begin, begin + at_once), batch)
            paths = some.start.shape[1] // batch

            def repeated(part: Tensor, paths: int = paths) -> Tensor:
                return part.repeat(1, paths, *[1] * (part.ndim - 2))

            log_std = None if encoding.log_std is None else repeated(encoding.log_std)
            z0 = self.sample(Encoding(repeated(encoding.z0), log_std), some.start)
            known = None if told is None else repeated(told)
            own = Spans(spans.inside.repeated(paths), spans.beyond.repeated(paths))
            parts = self._paths(z0, known, own, some, repeated(asked), solver, check)
            found.append([part.unflatten(1, (paths, batch)) for part in parts])
        values, divergences = (torch.cat(each, dim=1) for each in zip(*found, strict=True))
        return values, divergences.mean(dim=1)

    def _paths(
        self,
        z0: Latent,
        told: State | None,
        spans: Spans,
        draws: PathDraws,
        asked: Times,
        solver: FixedStep | Adaptive | None,
        check: bool,
    ) -> tuple[Values, Tensor]:
        """Values along paths, (member, row, time, feature), and the divergence that each path adds, (member, row).

        Args:
            z0: (member, row, latent).
            told: the encoder's last state, (member, row, state); None for paths of the prior.
            spans: the steps.
            draws: the draws.
            asked: τ, (member, row, time).
            solver: see the class.
            check: whether to refuse states that are not finite.
        """
        start = end = self.latent_to_hidden(z0)
        states, divergence = start[:, :, None].expand(*asked.shape, -1), torch.zeros_like(start[..., 0])
        undone = isinstance(solver, FixedStep) and solver.method == "reversible_heun" and torch.is_grad_enabled()
        if told is not None:
            nodes = self._within(start, told, spans.inside, draws.inside, undone)
            divergence, nodes = nodes[-1, ..., -1], nodes[..., :-1]
            states, end = spans.inside.read(nodes, asked), nodes[-1]
            if check:
                refuse_divergence(nodes, "in the observed window")
        if spans.beyond.count:
            nodes = self._after(end, spans.beyond, draws.beyond, undone)
            states = spans.beyond.read(nodes, asked).where((asked > spans.beyond.begin)[..., None], states)
            if check:
                refuse_divergence(nodes, "after the observed window")
        early = asked < 0
        if early.any():
            zero = torch.zeros_like(asked[..., 0])
            back = solve(self.prior, start, asked.clamp_max(0), start=zero, solver=solver, backward=True, check=False)
            states = back.states.where(early[..., None], states)
        return self.hidden_to_data.in_units(states, self.mean, self.std), divergence

    def _within(self, start: State, told: State, span: Span, draws: Tensor, undone: bool) -> Tensor:
        """States of the posterior after each step, and the divergence so far as their last component."""

        def drift(count: Tensor, y: State) -> State:
            h, elapsed = y[..., :-1], count * span.step
            velocity, pull = self.pulled(h, torch.cat([told, elapsed.sin(), elapsed.cos()], dim=-1))
            return torch.cat([velocity, pull.square().sum(dim=-1, keepdim=True) / 2], dim=-1)

        learnt = [*self._learnt("prior", "posterior"), told] if undone else None
        y0, increments = nn.functional.pad(start, (0, 1)), nn.functional.pad(draws, (0, 1))
        return self._integrated(
            drift, lambda: nn.functional.pad(self.diffusion(), (0, 1)), y0, span, increments, learnt
        )

    def _after(self, start: State, span: Span, draws: Tensor, undone: bool) -> Tensor:
        """States of the prior after each step."""
        learnt = self._learnt("prior") if undone else None
        return self._integrated(lambda _, h: self.prior(h), self.diffusion, start, span, draws, learnt)

    def _integrated(
        self,
        drift: "Drift",
        diffusion: Callable[[], Tensor],
        start: State,
        span: Span,
        draws: Tensor,
        learnt: Sequence[Tensor] | None,
    ) -> Tensor:
        from pathlode.core.solvers.torchsde_backend import integrate_with_torchsde  # torchsde may not be installed

        return integrate_with_torchsde(drift, diffusion, start, span.step, draws, learnt, self.method)

    def _learnt(self, *parts: str) -> list[Tensor]:
        """The parameters of some parts, and that of the diffusion."""
        names = (*parts, self.of_diffusion)
        return [parameter for name, parameter in self.named_parameters() if name.partition(".")[0] in names]

    def _divergence_at_start(self, encoding: Encoding) -> Tensor | float:
        """KL(N(μ, σ²) ‖ N(m, s²)) of every z0, (member, batch); 0 if the model is not variational."""
        if encoding.log_std is None:
            return 0.0
        distance = (encoding.z0 - self.start_mean) / self.start_log_std.exp()
        relative = encoding.log_std - self.start_log_std
        return 0.5 * (distance.square() + (2 * relative).exp() - 1 - 2 * relative).sum(dim=-1)
