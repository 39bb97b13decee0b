"""The latent ODE with an energy-based prior: static and dynamic latents, sampled from their posterior."""

from collections.abc import Sequence
from dataclasses import replace

import torch
from torch import Tensor, nn

from pathlode.core.context import Context
from pathlode.core.decoders.contract import Decoder
from pathlode.core.energy_prior import PRIOR_STEPS, EnergyPrior
from pathlode.core.fields.parametrised import ParametrisedField
from pathlode.core.langevin import langevin, score
from pathlode.core.recorded import recorded
from pathlode.core.shapes import Latent, Starts, Times
from pathlode.core.solve import Adaptive, FixedStep, Solution, solve
from pathlode.core.stacked import StackedMLP
from pathlode.errors import ConfigError, DataError
from pathlode.models.encoded import EncodedModel
from pathlode.models.observations import Observations, Query
from pathlode.models.prediction import Encoding, Prediction
from pathlode.registry import DECODERS

POSTERIOR_STEPS = 5
"""Langevin steps of a training's sample of the posterior, from the encoder's sample on."""
PREDICTION_STEPS = 20
"""Steps without noise from the encoder's mean to the z0 of a prediction."""
RELATIVE_STEP = 0.5
"""Size of these steps in units of 1 / √(1 + N / σ²), for N observed values with noise σ, or of the encoder's σ_z where that is
less. Below 2, chains of a linear model are stable if the squared change of a predicted value along a direction of z is at most
1 on average. Where it is more, as in fast oscillations, σ_z shrinks."""
LARGEST_DRIFT = 3.0
"""Largest norm of a step's drift in units of its noise, which few steps near the posterior exceed."""
CHAIN_SOLVER = FixedStep("tsit5", 12)
"""Solver in the chains if an adaptive one is asked for."""
ROWS_AT_ONCE_IN_CHAINS = 2**13
"""Trajectories, of all members, whose chains run at once in a prediction: bounds its memory."""


class LatentEBM(EncodedModel):
    """x(t) = D(h(τ), z_s) with dh/dτ = f_h(h, z_s) from h(τ_1) = MLP(z_d), and p(z_s, z_d) ∝ exp(f(z)) N(z; 0, 1).

    It is a stack of latent ODEs with energy-based priors, one per seed.

    * latents: z = (z_s, z_d), of which the first half, rounded down, is static;
    * prior: p(z) ∝ exp(f(z)) N(z; 0, 1), :class:`pathlode.core.energy_prior.EnergyPrior`;
    * dynamics: h(τ_1) = MLP(z_d), dh/dτ = s · tanh(MLP(h, z_s));
    * decoder: x(t) = D(h(τ), z_s), with noise of a learnt standard deviation σ, in units of each feature's;
    * posterior: Langevin steps on log p(x, z) = log p(x | z) + log p(z), which begin at z = μ + σ_z ε of the encoder.

    A training step takes :data:`POSTERIOR_STEPS` to a sample z⁺ of the posterior, and
    :data:`pathlode.core.energy_prior.PRIOR_STEPS` to a sample z⁻ of the prior, from draws of the member's stream. Values are
    predicted from z⁺. To their reconstruction, :class:`pathlode.training.losses.energy_based.EnergyBased` adds

        f(z⁻) - f(z⁺) - z · ∇ log p(x, z) - Σ log σ_z + log σ + Σ_i r_i² / (2 N σ²)

    for each trajectory. z⁻, z⁺, ∇ log p and the residuals r of its N observed values are constants here. The first two terms
    train the prior. The next two train the encoder, by the gradient of the evidence lower bound. The others train the noise.

    A prediction is made from the end of :data:`PREDICTION_STEPS` without noise, from μ on: the mean of the chains, if the model
    were linear. So it is deterministic, and z0 is fitted to the observations also where the encoder was not trained. ``encode``
    gives μ.

    Args:
        config: sizes and parts; ``width`` and ``depth`` are also those of f.
        seeds: one stacked member per seed.

    Cost: a Langevin step on the posterior takes a solution and its backward pass, and so does one more gradient in training.
    Steps on the prior take the network f alone.

    Source: Cheng et al. 2025, Latent space energy-based neural ODEs (https://arxiv.org/abs/2409.03845), who have no encoder.
    The encoder, the learnt σ, the sizes of steps and the prediction are ours.
    """

    offers = frozenset({"training", "latent", "posterior", "decoder", "energy"})

    def add_parts(self, generators: Sequence[torch.Generator]) -> None:
        config, self.static = self.config, self.config.latent // 2
        sizes = (config.latent - self.static, *[config.width] * config.depth, config.hidden)
        self.latent_to_hidden = StackedMLP(generators, sizes)
        self.field = ParametrisedField(generators, config.hidden, self.static, config.width, config.depth)
        self.hidden_to_data: Decoder = DECODERS[config.decoder](
            generators, config.hidden + self.static, config.features
        )
        self.prior = EnergyPrior(generators, config.latent, config.width, config.depth)
        self.log_noise = nn.Parameter(torch.zeros(len(generators), 1, 1))

    def draws(self, steps: int) -> int:
        return self.config.latent * (2 + POSTERIOR_STEPS + PRIOR_STEPS)

    def predicted(self, given: Observations, query: Query) -> Prediction:
        encoding = self.encoded(given)
        if query.noise is None:
            z0, contrast = self._fitted(encoding, given, query.solver, query.check), None
        else:
            z0, contrast = self._sampled(encoding, given, query.noise, query.solver, query.check)
        found = self.decoded(z0, given.start, query, given.context)
        return replace(
            found,
            values=found.values.to(given.values.dtype),
            encoding=encoding,
            z0=z0,
            contrast=contrast,
            outcome=self.outcome(encoding.z0),
        )

    def decoded(self, z0: Latent, start: Starts, query: Query, context: Context | None) -> Prediction:
        if recorded():
            raise ConfigError("the chains of a latent EBM cannot be exported: export its encoder")
        asked = self._elapsed(query.times, start)
        solution = self._solve(z0, asked, query.solver, query.estimate_error, query.backward)
        wrong = None if solution.error is None else self.hidden_to_data.error(solution.states, solution.error)
        return Prediction(
            values=self.hidden_to_data.in_units(solution.states, self.mean, self.std),
            values_error=None if wrong is None else wrong * self.std,
        )

    def posterior(
        self,
        start: Latent,
        given: Observations,
        draws: Tensor,
        spread: Latent | None = None,
        solver: FixedStep | Adaptive | None = None,
        check: bool = True,
    ) -> Latent:
        """Samples of p(z | x) at the end of Langevin chains, (member, batch, latent).

        Args:
            start: where they begin.
            given: observations x.
            draws: standard normal, one for each step, (step, member, batch, latent).
            spread: standard deviations that the encoder gives the posterior, above which no step is taken.
            solver: as in :meth:`forward`; of an adaptive one :data:`CHAIN_SOLVER` takes the place.
            check: whether to refuse chains that diverge.

        Raises:
            SolverError: if a chain diverges.
        """
        width = (1 + self._number(given)[..., None] * self._precision).rsqrt()
        step = RELATIVE_STEP * (width if spread is None else spread.detach().minimum(width))
        return langevin(lambda z: self._log_joint(z, given, solver), start, step, draws, LARGEST_DRIFT, check)

    @property
    def _precision(self) -> Tensor:
        """1 / σ², (member, 1, 1), a constant."""
        return (-2 * self.log_noise.detach()).exp()

    def _log_joint(self, z: Latent, given: Observations, solver: FixedStep | Adaptive | None) -> Tensor:
        """log p(x | z) + log p(z) up to a constant, (member, batch)."""
        return self.prior.log_density(z) - self._precision[..., 0] / 2 * self._squares(z, given, solver)

    def _fitted(
        self, encoding: Encoding, given: Observations, solver: FixedStep | Adaptive | None, check: bool
    ) -> Latent:
        """z0 of a prediction."""
        at_once, found = max(1, ROWS_AT_ONCE_IN_CHAINS // len(self.seeds)), []
        for begin in range(0, given.times.shape[1], at_once):
            some = slice(begin, begin + at_once)
            start, mask = encoding.z0[:, some], None if given.mask is None else given.mask[:, some]
            still = torch.zeros_like(start).expand(PREDICTION_STEPS, *start.shape)
            own = Observations(given.times[:, some], given.values[:, some], mask)
            spread = None if encoding.log_std is None else encoding.log_std[:, some].exp()
            found.append(self.posterior(start, own, still, spread, solver, check))
        return torch.cat(found, dim=1)

    def _sampled(
        self,
        encoding: Encoding,
        given: Observations,
        noise: Tensor,
        solver: FixedStep | Adaptive | None,
        check: bool,
    ) -> tuple[Latent, Tensor]:
        """A sample of the posterior, (member, batch, latent), and the contrast, (member, batch), from a training's draws."""
        if noise.shape[-1] != self.draws(0):
            raise DataError(
                f"noise has {noise.shape[-1]} draws per trajectory, expected {self.draws(0)}, as model.draws says"
            )
        parts = noise.unflatten(-1, (-1, self.config.latent)).movedim(2, 0)
        first, along, prior = parts.split([1, POSTERIOR_STEPS, 1 + PRIOR_STEPS])
        begun = self.sample(encoding, first[0])
        uphill = score(lambda z: self._log_joint(z, given, solver), begun)
        spread = None if encoding.log_std is None else encoding.log_std.exp()
        ours = self.posterior(begun, given, along, spread, solver, check)
        theirs = self.prior.sample(prior, check)
        with torch.no_grad():
            mean_square = self._squares(ours, given, solver) / self._number(given)
        log_noise = self.log_noise[..., 0]
        encoder = -(uphill * begun).sum(dim=-1)
        if encoding.log_std is not None:
            encoder = encoder - encoding.log_std.sum(dim=-1)
        noisy = log_noise + mean_square * (-2 * log_noise).exp() / 2
        return ours, self.prior.tilt(theirs) - self.prior.tilt(ours) + encoder + noisy

    def _number(self, given: Observations) -> Tensor:
        """Observed values of each trajectory, at least 1, (member, batch)."""
        if given.mask is None:
            return self.log_noise.new_tensor(given.values[0, 0].numel()).expand(given.start.shape)
        return given.mask.sum(dim=(2, 3)).clamp_min(1).to(self.dtype)

    def _squares(self, z: Latent, given: Observations, solver: FixedStep | Adaptive | None) -> Tensor:
        """Σ_i r_i² over the observations of each trajectory, (member, batch)."""
        fixed = solver if isinstance(solver, FixedStep) else CHAIN_SOLVER
        states = self._solve(z, self._elapsed(given.times, given.start), fixed).states
        error = (given.values - self.hidden_to_data.in_units(states, self.mean, self.std)) / self.std
        error = error if given.mask is None else error.where(given.mask, 0.0)
        return error.square().sum(dim=(2, 3)).to(self.dtype)

    def _solve(
        self, z: Latent, asked: Times, solver: FixedStep | Adaptive | None, error: bool = False, backward: bool = False
    ) -> Solution:
        """States (h, z_s) at times τ."""
        static, dynamic = z.tensor_split([self.static], dim=-1)
        state = torch.cat([self.latent_to_hidden(dynamic), static], dim=-1)
        zero = torch.zeros_like(asked[..., 0])
        return solve(
            self.field, state, asked, start=zero, solver=solver, estimate_error=error, backward=backward, check=False
        )
