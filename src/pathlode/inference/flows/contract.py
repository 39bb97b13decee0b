"""Conditional flows: the density of a system's parameters, given a summary of its data.

The flows of all libraries share settings, units, density, draws and files. Spline flows stack transforms that pass one random
half of the parameters after the other through monotonic rational-quadratic splines. A perceptron computes the bins of the
second half from the summary and the first half. Those of the first half depend on the summary alone, or with nflows on the
second half too. Autoregressive transforms pass one parameter after the other instead, in random order, each given those before.

Source: Durkan et al. 2019, Neural spline flows (https://arxiv.org/abs/1906.04032); for affine autoregressive transforms
Papamakarios et al. 2017 (https://arxiv.org/abs/1705.07057). For flow matching see :mod:`pathlode.inference.flows.matching`.
"""

import math
from abc import ABC, abstractmethod
from dataclasses import asdict
from pathlib import Path
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from pathlode.core.tensor_files import beside, save_tensors
from pathlode.errors import ConfigError, DataError, is_count
from pathlode.given_path import as_file
from pathlode.inference.flows.given import as_observations, as_parameters, as_seed, as_summaries, units_of_columns
from pathlode.inference.flows.settings import FlowConfig
from pathlode.inference.flows.training import FlowTraining
from pathlode.inference.priors import as_prior
from pathlode.registry import EMBEDDINGS

_AT_ONCE = 50_000
"""Parameter vectors that a flow draws or scores at once: bounds the memory."""


class Flow(ABC):
    """A density q(θ | c) where a prior has its own.

    θ is mapped onto the real numbers by g, the prior's logits, logarithms and identities, and standardised, so every draw lies
    inside the prior's bounds; c is standardised. With y = (g(θ) - m) / s and the library's density p,
    ``log q(θ | c) = log p(y | c) - Σ log s + log |dg/dθ|``.

    Args:
        prior: as :class:`pathlode.inference.priors.Prior` takes it.
        context_features: numbers in a summary c. A network of observations takes (n, time, number) instead.
        config: settings.
        seed: seed of the initial weights and the batches.

    Raises:
        ConfigError: if the prior is of another kind, the library does not take as few parameters, or another argument cannot
            be used.

    Attributes:
        maximises_density: whether training lowers minus the log-density, and not another :meth:`loss`.
        pairs: number of pairs that it was fitted to, including those for validation; 0 before the fit.
        seconds: CPU seconds of its training, fresh simulations included; NaN before it.
        units: mean and standard deviation of g(θ) (``mean``, ``spread``) and of c (``centre``, ``scale``).
    """

    maximises_density: ClassVar[bool] = True

    def __init__(self, prior: Any, context_features: int, config: FlowConfig, seed: int) -> None:
        if not isinstance(config, FlowConfig):
            raise ConfigError(f"the settings of a flow are a {type(config).__name__}, expected a FlowConfig")
        if not is_count(context_features):
            raise ConfigError(f"a summary has {context_features} numbers, expected a whole number of at least 1")
        self.prior, seed = as_prior(prior), as_seed(seed)
        self.context_features, self.config, self.seed = context_features, config, seed
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.network = self.build(len(self.prior.low), config.embedded if config.network else context_features)
        self.embedding: nn.Module | None = None
        if config.network:
            self.embedding = EMBEDDINGS[config.network].of(context_features, config, seed)
        self.units: dict[str, Tensor] = {}
        self.pairs, self.seconds = 0, math.nan

    @abstractmethod
    def build(self, parameters: int, summary: int) -> nn.Module:
        """The library's flow of standardised parameters."""

    @abstractmethod
    def density(self, y: Tensor, summary: Tensor) -> Tensor:
        """Its log-density: (n, parameter), (n, summary) -> (n,)."""

    def loss(self, y: Tensor, summary: Tensor, generator: torch.Generator) -> Tensor:
        """What training lowers: (n, parameter), (n, summary) -> (n,). The generator makes random numbers, if it needs some."""
        return -self.density(y, summary)

    @abstractmethod
    def draw(self, count: int, summary: Tensor) -> tuple[Tensor, Tensor]:
        """Draws from it: (n, summary) -> (count, n, parameter), and their log-density, (count, n)."""

    def fit(self, theta: Any, observed: Any, kept: Path | str | None = None) -> list[tuple[int, float, float]]:
        """Trains on pairs of parameters (n, parameter) and summaries (n, number), or observations (n, time, number).

        Args:
            theta: parameters drawn from the prior.
            observed: their simulated summaries or observations. Those for a network of observations may have NaN where
                nothing was observed.
            kept: file of a checkpoint, as in :class:`pathlode.training.resume.Interim`.

        Returns:
            One row per validation: step, mean log-probability of θ in training since the previous validation, and that of the
            validation pairs.

        Raises:
            DataError: if a number cannot be used, a θ lies outside the prior, or there are too few pairs.
            DivergenceError: if no validation was finite.
            CheckpointError: if the checkpoint cannot be read, or the path is no name of a file.
        """
        history = FlowTraining(self, theta, observed).run(None if kept is None else as_file(kept))
        self.pairs = len(theta)
        return history

    @torch.no_grad()
    def log_prob(self, theta: Any, observed: Any) -> Tensor:
        """log q(θ | c): (..., n, parameter), (n, ...) -> (..., n); minus infinity outside the prior.

        Raises:
            DataError: if parameters or summaries cannot be used.
        """
        theta, summary = as_parameters(theta, len(self.prior.low)), self.told(observed)
        if not theta.numel():
            raise DataError(f"parameters have shape {tuple(theta.shape)}, expected at least one vector")
        if len(summary) not in (1, theta.shape[-2]):
            raise DataError(
                f"there are {theta.shape[-2]} parameter vectors for {len(summary)} series, expected equally many"
            )
        summary = summary.expand(*theta.shape[:-1], summary.shape[-1]).flatten(0, -2)
        y, slopes = self.standard_parameters(theta.flatten(0, -2))
        parts = zip(y.split(_AT_ONCE), summary.split(_AT_ONCE), strict=True)
        scores = torch.cat([self.density(*part) for part in parts]) + slopes
        return torch.where(self.prior.contains(theta), scores.view(theta.shape[:-1]), -torch.inf)

    def sample(self, count: int, observed: Any, seed: int = 0) -> Tensor:
        """Draws of θ for each of n summaries or observations, (count, n, parameter).

        Raises:
            ConfigError: if ``count`` is below 1, the seed cannot be used, or the flow is not fitted.
            DataError: if summaries cannot be used.
        """
        return self.sample_and_log_prob(count, observed, seed)[0]

    @torch.no_grad()
    def sample_and_log_prob(self, count: int, observed: Any, seed: int = 0) -> tuple[Tensor, Tensor]:
        """As :meth:`sample`, with :meth:`log_prob` of every draw, (count, n), in one pass through the flow.

        Raises:
            ConfigError: as :meth:`sample`.
            DataError: as :meth:`sample`.
        """
        if not is_count(count):
            raise ConfigError(f"the number of draws is {count}, expected at least 1")
        count, seed, summary = int(count), as_seed(seed), self.told(observed)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            parts = [self.draw(count, part) for part in summary.split(max(1, _AT_ONCE // count))]
        y, densities = (torch.cat(tensors, dim=1) for tensors in zip(*parts, strict=True))
        theta = self.from_standard(y)
        return theta, densities + self.standard_parameters(theta)[1]

    def save(self, path: Path | str, **extra: Any) -> None:
        """Writes the flow and the plain values in ``extra`` to one file, whole or not at all.

        Raises:
            CheckpointError: if the path is no name of a file, or a value cannot be written.
        """
        description = {"context_features": self.context_features, "config": asdict(self.config)}
        description |= {"seed": self.seed, "pairs": self.pairs, "seconds": self.seconds}
        weights = {"network": self.network.state_dict()}
        if self.embedding is not None:
            weights["embedding"] = self.embedding.state_dict()
        parts = {"flow": description, "prior": self.prior.describe(), "units": self.units, "weights": weights}
        save_tensors(as_file(path), beside(parts, extra))

    def as_given(self, observed: Any) -> Tensor:
        """Summaries (n, number), or for a network of observations these (n, time, number), checked, in their own precision.

        Raises:
            DataError: naming the first series at fault.
        """
        if not self.config.reads_observations:
            return as_summaries(observed, self.context_features)
        return as_observations(observed, self.context_features, self.config.gaps)

    def standardise(self, theta: Tensor, observed: Tensor) -> None:
        """Sets the units from parameters, (n, parameter), and summaries or observations, (n, ...)."""
        y, _ = self.prior.to_reals(theta)
        centre, scale = units_of_columns(observed.flatten(0, -2))
        self.units = {"mean": y.mean(dim=0), "spread": y.std(dim=0), "centre": centre, "scale": scale}

    def standard_parameters(self, theta: Tensor) -> tuple[Tensor, Tensor]:
        """y of θ, (n, parameter), and ``log |dy/dθ|``, (n,). y is rounded to the network's precision at the end."""
        y, slopes = self.prior.to_reals(theta)
        return ((y - self.units["mean"]) / self.units["spread"]).float(), slopes - self.units["spread"].log().sum()

    def from_standard(self, y: Tensor) -> Tensor:
        """θ of y, (..., parameter)."""
        return self.prior.from_reals(y * self.units["spread"] + self.units["mean"])

    def standard_observations(self, observed: Tensor) -> Tensor:
        """Standardised summaries or observations, rounded to the network's precision at the end."""
        return ((observed - self.units["centre"]) / self.units["scale"]).float()

    def told(self, observed: Any) -> Tensor:
        """The numbers on which the density is conditioned, (n, ...) -> (n, number): standardised summaries, or what the flow's
        own network makes of them or of observations.

        Raises:
            ConfigError: if the flow is not fitted.
            DataError: if summaries cannot be used.
        """
        if not self.units:
            raise ConfigError("the flow is not fitted: call fit first, or load a fitted one with load_flow")
        return self.embed(self.standard_observations(self.as_given(observed)))

    def embed(self, standard: Tensor) -> Tensor:
        """Standardised summaries unchanged, or what the flow's own network makes of them or of observations."""
        return standard if self.embedding is None else self.embedding(standard)
