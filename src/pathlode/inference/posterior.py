"""The posterior of a simulator's parameters, which :func:`pathlode.inference.infer.infer` returns."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from torch import Tensor

from pathlode.core.tensor_files import load_tensors
from pathlode.errors import ConfigError, DataError, is_count
from pathlode.given_path import as_file
from pathlode.inference.calibration import Posteriors
from pathlode.inference.checks import PosteriorCheck, check_posterior
from pathlode.inference.flows.contract import Flow
from pathlode.inference.flows.given import as_seed
from pathlode.inference.flows.saving import flow_of
from pathlode.inference.given_observations import as_observed, check_size
from pathlode.inference.misspecification import Misspecification, misspecification
from pathlode.inference.modes import modes
from pathlode.inference.observed_summary import ObservedSummary
from pathlode.inference.posterior_file import FUNCTION, PosteriorParts
from pathlode.inference.priors import Prior, same_prior
from pathlode.inference.simulator import PriorSimulations

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CHECKED = 2**21
"""Number of a check's simulations, which are others than those of the training: they have other numbers."""


@dataclass(frozen=True)
class Posterior:
    """p(θ | x) for any observation x of a simulator.

    Observations always have an axis for their number: m observations are (m, ...) numbers, or a
    :class:`~pathlode.core.series.TimeSeries` of m trajectories, as the simulator returns them.

    Attributes:
        flow: the fitted density.
        summary: what it is given of x.
        names: names of the parameters.
        shape: numbers of one observation; None for series.
        simulations: the simulator with its prior; None for a posterior from a file, unless they were given again.
        record: number of simulations (``simulations``) and of those that failed (``failed``), the largest share of these
            (``largest_failed``), and the training's ``history``.
    """

    flow: Flow = field(repr=False)
    summary: ObservedSummary = field(repr=False)
    names: Sequence[str]
    shape: tuple[int, ...] | None
    simulations: PriorSimulations | None = field(default=None, repr=False)
    record: Mapping[str, Any] = field(default_factory=dict, repr=False)

    def sample(self, x: Any, n: int = 1000, seed: int = 0) -> Tensor:
        """Draws of θ for each of m observations, (n, m, parameter).

        Raises:
            ConfigError: if n is no number of at least 1.
            DataError: if the observations are not like those of the simulator.
        """
        return self.flow.sample(n, self._given(x), seed)

    def sample_and_log_prob(self, x: Any, n: int = 1000, seed: int = 0) -> tuple[Tensor, Tensor]:
        """As :meth:`sample`, with :meth:`log_prob` of every draw, (n, m), in one pass through the flow.

        Raises:
            ConfigError: as :meth:`sample`.
            DataError: as :meth:`sample`.
        """
        return self.flow.sample_and_log_prob(n, self._given(x), seed)

    def log_prob(self, theta: Any, x: Any) -> Tensor:
        """log p(θ | x), (..., m, parameter) and m observations -> (..., m); minus infinity outside the prior.

        Raises:
            DataError: if the parameters cannot be used, or the observations are not like those of the simulator.
        """
        return self.flow.log_prob(theta, self._given(x))

    def map(self, x: Any, seed: int = 0) -> Tensor:
        """The likeliest θ of each observation, (m, parameter), see :func:`pathlode.inference.modes.modes`.

        Raises:
            DataError: if the observations are not like those of the simulator.
        """
        return modes(self.flow, self._given(x), seed=seed)

    def plot(self, x: Any, truth: Sequence[float] | None = None, n: int = 5000) -> "Figure":
        """All one- and two-dimensional marginals of the posterior of a single observation, with axis: (1, ...).

        Raises:
            ConfigError: if there are too few draws.
            DataError: if there are several observations, they are not like those of the simulator, or the truth is not as many
                finite numbers.
        """
        from pathlode.inference.marginals import marginals

        given = self._given(x)
        if len(given) != 1:
            raise DataError(f"there are {len(given)} observations, expected one for a figure: x[:1]")
        return marginals(self.flow.sample(n, given)[:, 0].double().numpy(), self.names, truth)

    def check(self, systems: int = 300, draws: int = 500, predicted: int = 100, seed: int = 0) -> PosteriorCheck:
        """Checks calibration, accuracy and prediction on new simulations.

        Args:
            systems: number of new simulations.
            draws: number of draws from the posterior of each.
            predicted: number of these draws with which a tenth of the systems is simulated again.
            seed: seed of the simulations and draws.

        Raises:
            ConfigError: if the posterior has no simulator, there are fewer than 50 systems, or another number is below 1.
        """
        simulations, seed = self._simulator(), as_seed(seed)
        for name, number in (("systems", systems), ("draws", draws), ("predicted", predicted)):
            if not is_count(number):
                raise ConfigError(f"{name} is {number}, expected a number of at least 1")
        pairs = simulations.draw(systems, seed, CHECKED)
        posteriors = Posteriors.of(self.flow, self.summary(pairs.x), pairs.theta, draws, seed)
        return check_posterior(posteriors, pairs, simulations, list(self.names), predicted, seed)

    def misspecification(
        self, x: Any, design: Any = None, simulated: int = 500, draws: int = 50, seed: int = 0
    ) -> Misspecification:
        """Whether observations are unlike all that the simulator makes, with a false-alarm rate that is chosen beforehand::

            posterior.misspecification(observed).alarms(0.05)

        Args:
            x: m observations.
            design: their designs, (m, ...), if the simulator has some.
            simulated: half the number of simulations that they are compared with.
            draws: number of draws from each posterior with which the simulator predicts.
            seed: seed of simulations and draws.

        Raises:
            ConfigError: if the posterior has no simulator, there are too few simulations, or the design is missing.
            DataError: if the observations are not like those of the simulator.
        """
        given, simulations, seed = self._given(x), self._simulator(), as_seed(seed)
        return misspecification(self.flow, self.summary, simulations, given, design, simulated, draws, seed)

    def save(self, path: Path | str) -> None:
        """Writes one file, whole or not at all. The simulator is not in it, nor a summary that is a function.

        Raises:
            CheckpointError: if the path is no name of a file.
        """
        parts = PosteriorParts.of(self.summary, self.names, self.shape, self.record)
        self.flow.save(as_file(path), posterior=parts.content())

    @classmethod
    def load(
        cls,
        path: Path | str,
        simulator: Callable[..., Any] | None = None,
        prior: Any = None,
        design: Callable[..., Any] | None = None,
        summary: Callable[[Any], Any] | None = None,
    ) -> "Posterior":
        """A posterior that :meth:`save` wrote. The file is read without executing code.

        Args:
            path: the file.
            simulator: as in :func:`pathlode.inference.infer.infer`, for :meth:`check`; with it the prior and the design.
            prior: as there.
            design: as there.
            summary: the function that was given there, if one was.

        Raises:
            CheckpointError: if the file cannot be read or holds something else.
            ConfigError: if the summary is missing or of no use, a simulator is given without its prior, or the prior is not the
                file's.
        """
        file = as_file(path)
        content = load_tensors(file)
        flow = flow_of(content, file)
        parts = PosteriorParts.read(content, flow, file)
        if parts.summary == FUNCTION and summary is None:
            raise ConfigError(f"the posterior in {path} has a function as its summary: give it to load as summary=...")
        if parts.summary != FUNCTION and summary is not None:
            raise ConfigError(f"the posterior in {path} has no function as its summary: leave out summary=")
        if (simulator is None) != (prior is None):
            raise ConfigError(
                "a simulator is given without its prior, or a prior without its simulator: give both to load"
            )
        simulations = None
        if simulator is not None:
            allowed = {name: parts.record[name] for name in ("largest_failed",) if name in parts.record}
            simulations = PriorSimulations(simulator, same_prior(Prior(prior), flow.prior, path), design, **allowed)
        shape = None if parts.shape is None else tuple(parts.shape)
        by = ObservedSummary(summary if parts.summary == FUNCTION else parts.summary_by(file))
        return cls(flow, by, parts.names, shape, simulations, parts.record)

    def _simulator(self) -> PriorSimulations:
        if self.simulations is None:
            raise ConfigError(
                "the posterior comes from a file, which holds no simulator: give it as Posterior.load(path, simulator=..., "
                "prior=...)"
            )
        return self.simulations

    def _given(self, x: Any) -> Tensor:
        """What the flow is given of observations.

        Raises:
            DataError: if they are not like those of the simulator.
        """
        given = self.flow.as_given(self.summary(as_observed(x, self.shape)))
        if self.flow.units:
            check_size(self.flow.standard_observations(given))
        return given
