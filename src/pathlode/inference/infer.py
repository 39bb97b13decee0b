"""The posterior of any simulator's parameters, in one call."""

import hashlib
import logging
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from pathlode import __version__
from pathlode.core.series import TimeSeries
from pathlode.errors import ConfigError, is_count
from pathlode.given_path import as_file
from pathlode.inference.flows.contract import Flow
from pathlode.inference.flows.given import as_seed
from pathlode.inference.flows.settings import FlowConfig
from pathlode.inference.flows.training import LEAST_PAIRS
from pathlode.inference.fresh import FreshConfig, FreshTraining
from pathlode.inference.observed_summary import ObservedSummary
from pathlode.inference.posterior import Posterior
from pathlode.inference.priors import Prior
from pathlode.inference.simulated_pools import SummarisedSimulations
from pathlode.inference.simulator import PriorSimulations
from pathlode.models.contract import SequenceModel
from pathlode.registry import FLOWS

logger = logging.getLogger(__name__)

TRIED = 2**22
"""Number of the simulations that show the shape of an observation; those of a training have other numbers."""
_TRIED = 4
"""How many these are."""


def infer(
    simulator: Callable[..., Any],
    prior: Any,
    design: Callable[[int, torch.Generator], Any] | None = None,
    summary: SequenceModel | Callable[[Any], Any] | None = None,
    *,
    simulations: int = 10_000,
    fresh: FreshConfig | None = None,
    config: FlowConfig | None = None,
    names: Sequence[str] | None = None,
    seed: int = 0,
    largest_failed: float = 0.1,
    kept: Path | str | None = None,
) -> Posterior:
    """Learns the posterior of a simulator's parameters from simulations, for any observation.

    ::

        prior = torch.distributions.Uniform(torch.zeros(2), torch.ones(2))
        posterior = infer(lambda theta: theta + 0.1 * torch.randn_like(theta), prior)
        posterior.sample(observed, 1000)
        print(posterior.check().faults)

    Args:
        simulator: makes observations of parameter vectors, as in :class:`pathlode.inference.simulator.PriorSimulations`.
        prior: as in :class:`pathlode.inference.priors.Prior`.
        design: draws the designs of observations, as in :class:`pathlode.inference.simulator.PriorSimulations`.
        summary: as in :class:`pathlode.inference.observed_summary.ObservedSummary`.
        simulations: number of simulations; a tenth of them is used for early stopping.
        fresh: a training on simulations that are drawn as it goes, in place of a fixed number of them. It is the better one for
            fast simulators. An observation is seen ``views`` times on average, each time with the same design and noise, which
            are the simulator's, and then replaced. ``FreshConfig(views=1)`` has the most simulations.
        config: settings of the flow and of its training on a fixed number of simulations. With ``recurrent`` a network that is
            trained with the flow summarises series.
        names: names of the parameters.
        seed: decides the simulations, as far as they draw from PyTorch's generator, the weights and the batches.
        largest_failed: largest share of the simulations that may fail. They are counted, and replaced by others.
        kept: file of a checkpoint, from which an interrupted training goes on. A digest of the simulations and settings is
            added to its name, so one of another simulator, prior or settings is not used. It is removed at the end. The draws
            of a simulator that are not PyTorch's differ when it is called again, and the training starts anew.

    Raises:
        ConfigError: if a setting cannot be used.
        DataError: if the simulator or the summary returns something that cannot be used, or too many simulations fail.
        DivergenceError: if the training diverged.
    """
    for name, kind, settings in (("fresh", FreshConfig, fresh), ("config", FlowConfig, config)):
        if not isinstance(settings, kind | None):
            raise ConfigError(f"{name} is a {type(settings).__name__}, expected a {kind.__name__}")
    seed = as_seed(seed)
    config, known = config or FlowConfig(), prior if isinstance(prior, Prior) else Prior(prior)
    names = _names(names, len(known.low))
    if not is_count(simulations) or simulations < LEAST_PAIRS:
        raise ConfigError(f"simulations is {simulations}, expected a number of at least {LEAST_PAIRS}")
    source, summarise = PriorSimulations(simulator, known, design, largest_failed), ObservedSummary(summary)
    some = source.draw(_TRIED, seed, TRIED).x
    shape = None if isinstance(some, TimeSeries) else tuple(some.shape[1:])
    if (shape is None and summary is None) != config.reads_observations:
        raise ConfigError(
            "series without a summary need a network of observations, and nothing else does: give a summary, or "
            "FlowConfig(recurrent=64)"
        )
    flow: Flow = FLOWS[config.backend](known, summarise(some).shape[-1], config, seed)
    pools = SummarisedSimulations(source, summarise)
    history = _train(flow, pools, simulations if fresh is None else fresh, kept)
    if pools.failed:
        logger.warning("%d simulations had numbers that are not finite and were replaced", pools.failed)
    record = {
        "simulations": pools.simulated,
        "failed": pools.failed,
        "history": history,
        "largest_failed": largest_failed,
    }
    return Posterior(flow, summarise, names, shape, source, record)


def _train(
    flow: Flow, pools: SummarisedSimulations, simulations: int | FreshConfig, kept: Path | str | None
) -> list[tuple[int, float, float]]:
    """Trains the flow, from the training's checkpoint if there is one, which is removed at the end; returns its history.

    Args:
        flow: the flow.
        pools: makes the simulations.
        simulations: their number, or the settings of a training that draws them as it goes.
        kept: as in :func:`infer`.
    """
    if isinstance(simulations, FreshConfig):
        training = FreshTraining(flow, pools, simulations)
        own = _checkpoint(kept, flow, simulations, *training.held)
        history = training.run(own)
    else:
        pairs = pools.pool(simulations, (flow.seed,))
        own = _checkpoint(kept, flow, None, pairs.theta, pairs.given)
        history = flow.fit(pairs.theta, pairs.given, own)
    if own is not None:
        own.unlink(missing_ok=True)
    return history


def _names(given: Any, count: int) -> list[str]:
    """Names of the parameters.

    Raises:
        ConfigError: if they are no list of as many different names.
    """
    if given is None:
        return [f"theta {number + 1}" for number in range(count)]
    if isinstance(given, str):
        raise ConfigError(f"names is the text {given!r}, expected a list of names, one for each parameter")
    if not isinstance(given, Iterable):
        raise ConfigError(f"names is {given}, expected a list of names, one for each parameter")
    names = list(given)
    for name in names:
        if not isinstance(name, str) or name in ("", "all"):
            raise ConfigError(f"a name is {name!r}, expected text other than 'all', which is a row of the scores")
    if len(names) != count:
        raise ConfigError(f"there are {len(names)} names for {count} parameters, expected one for each")
    if len(set(names)) < len(names):
        raise ConfigError(f"the names are {', '.join(names)}, expected different ones")
    return names


def _checkpoint(
    kept: Path | str | None, flow: Flow, fresh: FreshConfig | None, theta: Tensor, given: Tensor
) -> Path | None:
    """The file of this training, named by a digest of all that the training depends on, with some of its pairs."""
    if kept is None:
        return None
    told = hashlib.sha256(repr((flow.config, flow.seed, fresh, __version__)).encode())
    for numbers in (*flow.prior.describe().values(), theta, given):
        told.update(repr(tuple(numbers.shape)).encode() + numbers.contiguous().numpy().tobytes())
    path = as_file(kept)
    return path.with_stem(f"{path.stem}-{told.hexdigest()[:16]}")
