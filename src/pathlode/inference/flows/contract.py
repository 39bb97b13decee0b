"""Conditional neural spline flows: the density of a system's parameters, given a summary of its data.

The flows of all libraries share settings, units, density, draws and files. All stack transforms that pass one random half of
the parameters after the other through monotonic rational-quadratic splines. A perceptron computes the bins of the second half
from the summary and the first half. Those of the first half depend on the summary alone, or with nflows on the second half
too.

Source: Durkan et al. 2019, Neural spline flows (https://arxiv.org/abs/1906.04032).
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from pathlode.core.tensor_files import beside, load_tensors, save_tensors
from pathlode.errors import CheckpointError, ConfigError
from pathlode.inference.box import Box
from pathlode.inference.flows.training import FlowTraining
from pathlode.registry import EMBEDDINGS, FLOWS

_AT_ONCE = 50_000
"""Parameter vectors that a flow draws or scores at once: bounds the memory."""


@dataclass(frozen=True)
class FlowConfig:
    """A flow and its training (:class:`pathlode.inference.flows.training.FlowTraining`).

    Args:
        backend: name in :data:`pathlode.registry.FLOWS`.
        transforms: number of stacked transforms.
        width: units of a hidden layer of their perceptrons.
        depth: number of hidden layers; nflows has residual blocks of two layers and rounds up to an even number.
        bins: number of bins of a spline.
        steps: largest number of optimiser steps.
        batch: pairs per step.
        learning_rate: the cycle's peak.
        validation_fraction: share of the pairs that are held out for validation.
        validate_every: steps between validations; the weights of the best one are kept.
        patience: validations without improvement after which training stops, counted from the cycle's peak on.
        recurrent: units of a recurrent network that is trained with the flow and summarises observations
            (:class:`pathlode.inference.recurrent.RecurrentSummary`); 0 for no such network.
        embedded: numbers in its summary.
    """

    backend: str = "zuko"
    transforms: int = 5
    width: int = 64
    depth: int = 2
    bins: int = 8
    steps: int = 2000
    batch: int = 256
    learning_rate: float = 3e-3
    validation_fraction: float = 0.1
    validate_every: int = 50
    patience: int = 8
    recurrent: int = 0
    embedded: int = 16

    def __post_init__(self) -> None:
        FLOWS.path(self.backend)  # refuses an unknown name
        for name, least in (("transforms", 1), ("width", 1), ("depth", 1), ("bins", 2), ("steps", 10), ("batch", 2)):
            if getattr(self, name) < least:
                raise ConfigError(f"flow.{name} is {getattr(self, name)}, expected at least {least}")
        if not 0 < self.validation_fraction < 1:
            raise ConfigError(
                f"flow.validation_fraction is {self.validation_fraction}, expected a share between 0 and 1"
            )


class Flow(ABC):
    """A density q(θ | c) in a prior's box.

    θ is mapped by the prior's logit and standardised, so every draw lies inside the box; c is standardised. With
    y = (logit θ - m) / s and the library's density p, ``log q(θ | c) = log p(y | c) - Σ log s + log |d logit θ / dθ|``.

    Args:
        prior: the box.
        context_features: numbers in a summary c. A flow with a recurrent network takes observations (n, time, number) instead.
        config: settings.
        seed: seed of the initial weights and the batches.

    Attributes:
        pairs: number of pairs that it was fitted to, including those for validation; 0 before the fit.
        units: mean and standard deviation of logit θ (``mean``, ``spread``) and of c (``centre``, ``scale``).
    """

    def __init__(self, prior: Box, context_features: int, config: FlowConfig, seed: int) -> None:
        self.prior, self.context_features, self.config, self.seed = prior, context_features, config, seed
        recurrent = config.recurrent
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.network = self.build(len(prior.low), config.embedded if recurrent else context_features)
        self.embedding: nn.Module | None = None
        if recurrent:
            self.embedding = EMBEDDINGS["recurrent"](context_features - 1, recurrent, config.embedded, seed)
        self.units: dict[str, Tensor] = {}
        self.pairs = 0

    @abstractmethod
    def build(self, parameters: int, summary: int) -> nn.Module:
        """The library's flow of standardised parameters."""

    @abstractmethod
    def density(self, y: Tensor, summary: Tensor) -> Tensor:
        """Its log-density: (n, parameter), (n, summary) -> (n,)."""

    @abstractmethod
    def draw(self, count: int, summary: Tensor) -> tuple[Tensor, Tensor]:
        """Draws from it: (n, summary) -> (count, n, parameter), and their log-density, (count, n)."""

    def fit(self, theta: Tensor, observed: Tensor, kept: Path | None = None) -> list[tuple[int, float, float]]:
        """Trains on pairs of parameters (n, parameter) and summaries (n, number), or observations (n, time, number).

        Args:
            theta: parameters drawn from the prior.
            observed: their simulated summaries or observations.
            kept: file of a checkpoint, as in :class:`pathlode.training.resume.Interim`.

        Returns:
            One row per validation: step, mean log-probability of θ in training since the previous validation, and that of the
            validation pairs.

        Raises:
            DataError: if a number is not finite, a θ lies outside the prior, or there are too few pairs.
            DivergenceError: if no validation was finite.
            CheckpointError: if the checkpoint cannot be read.
        """
        history = FlowTraining(self, theta, observed).run(kept)
        self.pairs = len(theta)
        return history

    @torch.no_grad()
    def log_prob(self, theta: Tensor, observed: Tensor) -> Tensor:
        """log q(θ | c): (..., n, parameter), (n, ...) -> (..., n); minus infinity outside the prior."""
        summary = self.embed(self.standard_observations(observed))
        summary = summary.expand(*theta.shape[:-1], summary.shape[-1]).flatten(0, -2)
        y, slopes = self.standard_parameters(theta.flatten(0, -2))
        parts = zip(y.split(_AT_ONCE), summary.split(_AT_ONCE), strict=True)
        scores = torch.cat([self.density(*part) for part in parts]) + slopes
        return torch.where(self.prior.contains(theta), scores.view(theta.shape[:-1]), -torch.inf)

    def sample(self, count: int, observed: Tensor, seed: int = 0) -> Tensor:
        """Draws of θ for each of n summaries or observations, (count, n, parameter)."""
        return self.sample_and_log_prob(count, observed, seed)[0]

    @torch.no_grad()
    def sample_and_log_prob(self, count: int, observed: Tensor, seed: int = 0) -> tuple[Tensor, Tensor]:
        """As :meth:`sample`, with :meth:`log_prob` of every draw, (count, n), in one pass through the flow."""
        summary = self.embed(self.standard_observations(observed))
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            parts = [self.draw(count, part) for part in summary.split(max(1, _AT_ONCE // count))]
        y, densities = (torch.cat(tensors, dim=1) for tensors in zip(*parts, strict=True))
        theta = self.prior.from_reals(y * self.units["spread"] + self.units["mean"])
        return theta, densities + self.standard_parameters(theta)[1]

    def save(self, path: Path, **extra: Any) -> None:
        """Writes the flow and the plain values in ``extra`` to one file, whole or not at all."""
        description = {"context_features": self.context_features, "config": asdict(self.config)}
        description |= {"seed": self.seed, "pairs": self.pairs}
        weights = {"network": self.network.state_dict()}
        if self.embedding is not None:
            weights["embedding"] = self.embedding.state_dict()
        prior = {"low": self.prior.low, "high": self.prior.high}
        parts = {"flow": description, "prior": prior, "units": self.units, "weights": weights}
        save_tensors(path, beside(parts, extra))

    def standardise(self, theta: Tensor, observed: Tensor) -> None:
        """Sets the units from parameters, (n, parameter), and summaries or observations, (n, ...)."""
        y, _ = self.prior.to_reals(theta)
        flat = observed.flatten(0, -2)
        self.units = {"mean": y.mean(dim=0), "spread": y.std(dim=0)}
        self.units |= {"centre": flat.mean(dim=0), "scale": flat.std(dim=0).clamp_min(1e-6)}

    def standard_parameters(self, theta: Tensor) -> tuple[Tensor, Tensor]:
        """y of θ, (n, parameter), and ``log |dy/dθ|``, (n,)."""
        y, slopes = self.prior.to_reals(theta)
        return (y - self.units["mean"]) / self.units["spread"], slopes - self.units["spread"].log().sum()

    def standard_observations(self, observed: Tensor) -> Tensor:
        """Standardised summaries or observations."""
        return (observed - self.units["centre"]) / self.units["scale"]

    def embed(self, standard: Tensor) -> Tensor:
        """Standardised summaries unchanged, or the recurrent network's summaries of standardised observations."""
        return standard if self.embedding is None else self.embedding(standard)


def load_flow(path: Path) -> Flow:
    """A flow that :meth:`Flow.save` wrote.

    Raises:
        CheckpointError: if the file is unreadable or its weights do not fit.
    """
    return _flow(load_tensors(path), path)


def save_flows(path: Path, files: Sequence[Path], **extra: Any) -> None:
    """Writes the flows of several files that :meth:`Flow.save` wrote, and the plain values in ``extra``, to one file."""
    save_tensors(path, beside({"flows": [load_tensors(file) for file in files]}, extra))


def load_flows(path: Path) -> list[Flow]:
    """The flows that :func:`save_flows` wrote, in their order.

    Raises:
        CheckpointError: as :func:`load_flow`, and if the file holds something else.
    """
    content = load_tensors(path)
    if "flows" not in content:
        raise CheckpointError(f"{path} does not hold several flows: read a single one with load_flow, or fit again")
    return [_flow(flow, path) for flow in content["flows"]]


def _flow(content: Mapping[str, Any], path: Path) -> Flow:
    try:
        description: dict[str, Any] = content["flow"]
        config = FlowConfig(**description["config"])
        prior = Box(content["prior"]["low"], content["prior"]["high"])
        flow: Flow = FLOWS[config.backend](prior, description["context_features"], config, description["seed"])
        flow.network.load_state_dict(content["weights"]["network"])
        if flow.embedding is not None:
            flow.embedding.load_state_dict(content["weights"]["embedding"])
        flow.units, flow.pairs = content["units"], description["pairs"]
    except (KeyError, TypeError, RuntimeError, ConfigError) as error:
        raise CheckpointError(
            f"{path} cannot be read as a flow of this version of pathlode ({error}): read it with the version that wrote "
            "it, or fit again"
        ) from error
    return flow
