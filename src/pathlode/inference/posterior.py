"""The posterior of a simulator's parameters, which :func:`pathlode.inference.infer.infer` returns."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from torch import Tensor

from pathlode.core.series import TimeSeries
from pathlode.core.tables.convert import as_numbers
from pathlode.core.tensor_files import load_tensors
from pathlode.errors import CheckpointError, ConfigError, DataError, is_count
from pathlode.inference.calibration import Posteriors
from pathlode.inference.checks import PosteriorCheck, check_posterior
from pathlode.inference.flows.contract import Flow
from pathlode.inference.flows.given import as_seed
from pathlode.inference.flows.saving import flow_of
from pathlode.inference.misspecification import Misspecification, misspecification
from pathlode.inference.modes import modes
from pathlode.inference.observed_summary import ObservedSummary
from pathlode.inference.priors import Prior, same_prior
from pathlode.inference.simulator import PriorSimulations
from pathlode.models.contract import SequenceModel
from pathlode.models.saving import model_content, model_of

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

    flow: Flow
    summary: ObservedSummary
    names: Sequence[str]
    shape: tuple[int, ...] | None
    simulations: PriorSimulations | None = None
    record: Mapping[str, Any] = field(default_factory=dict)

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
            CheckpointError: if the path is a folder.
        """
        if Path(path).is_dir():
            raise CheckpointError(f"{path} is a folder, expected the name of a file")
        own: dict[str, Any] = {
            "names": list(self.names),
            "shape": None if self.shape is None else list(self.shape),
            "record": dict(self.record),
            "summary": None,
        }
        by = self.summary.by
        if by is not None:
            own["summary"] = model_content(by) if isinstance(by, SequenceModel) else "function"
        self.flow.save(Path(path), posterior=own)

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
        content = load_tensors(Path(path))
        flow, own = flow_of(content, Path(path)), content.get("posterior")
        if own is None:
            raise CheckpointError(f"{path} holds a flow without its summary: read it with load_flow")
        by = own["summary"]
        if by == "function" and summary is None:
            raise ConfigError(f"the posterior in {path} has a function as its summary: give it to load as summary=...")
        if by != "function" and summary is not None:
            raise ConfigError(f"the posterior in {path} has no function as its summary: leave out summary=")
        if (simulator is None) != (prior is None):
            raise ConfigError(
                "a simulator is given without its prior, or a prior without its simulator: give both to load"
            )
        of = summary if by == "function" else None if by is None else model_of(by, Path(path))[0]
        simulations = None
        if simulator is not None:
            allowed = {name: own["record"][name] for name in ("largest_failed",) if name in own["record"]}
            simulations = PriorSimulations(simulator, same_prior(Prior(prior), flow.prior, path), design, **allowed)
        shape = None if own["shape"] is None else tuple(own["shape"])
        return cls(flow, ObservedSummary(of), own["names"], shape, simulations, own["record"])

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
        if self.shape is None:
            if not isinstance(x, TimeSeries):
                raise DataError(f"x is a {type(x).__name__}, expected a TimeSeries: TimeSeries(times, values)")
            return self.summary(x)
        if isinstance(x, TimeSeries):
            raise DataError(f"x is a TimeSeries, expected numbers of shape (m, {self._axes})")
        x = as_numbers(x, "x")
        if x.shape[1:] != self.shape or not x.ndim:
            raise DataError(
                f"x has shape {tuple(x.shape)}, expected (m, {self._axes}): one row for each of m observations, also for a "
                "single one: x[None]"
            )
        if not len(x):
            raise DataError("x has no observations, expected at least one")
        bad = (~x.isfinite().flatten(1).all(dim=1)).nonzero()
        if len(bad):
            raise DataError(
                f"observation number {int(bad[0]) + 1} has a number that is not finite: leave the observation out, or fit a "
                "posterior of series, which may have missing values"
            )
        return self.summary(x)

    @property
    def _axes(self) -> str:
        return ", ".join(map(str, self.shape or ()))
