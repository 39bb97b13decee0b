"""Scores of posteriors of a single observation, which are inferred in rounds, beside those of amortised flows."""

import time
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from pathlode.dynamics.systems.contract import System
from pathlode.inference.box import Box
from pathlode.inference.c2st import c2st
from pathlode.inference.flows.settings import FlowConfig
from pathlode.inference.priors import Prior
from pathlode.inference.reference import log_likelihood
from pathlode.inference.reference_posteriors import References
from pathlode.inference.rounds import infer_in_rounds
from pathlode.inference.sharpening import sharpened


@dataclass(frozen=True)
class SingleTrial:
    """Inference of the posteriors of single observations, in rounds of simulations at the observation's own times.

    Args:
        system: the simulated system; its prior is uniform in a box.
        noise: standard deviation of the noise in the observations.
        flow: the flows and their training.
        rounds: number of rounds.
        simulations: number of simulations in each round.
        left_out: as in :func:`pathlode.inference.rounds.infer_in_rounds`.
    """

    system: System
    noise: float
    flow: FlowConfig
    rounds: int
    simulations: int
    left_out: float

    def scores(self, references: References, seed: int) -> pd.DataFrame:
        """Errors, and distance from the reference posterior, as drawn and sharpened by the likelihood: one row per parameter,
        and one row ``all``. What needs many observations, as calibration does, is not in it.

        Args:
            references: the reference posterior of the one observation.
            seed: seed of simulations, flows and draws.
        """
        times, values, begun = references.times[0], references.values[0], time.process_time()
        prior = Prior(Box(torch.tensor(self.system.low), torch.tensor(self.system.high)))
        x, names = torch.from_numpy(values.reshape(1, -1)).float(), list(self.system.parameters)
        settings: dict[str, Any] = {"simulations": self.simulations, "config": self.flow, "names": names}
        posterior = infer_in_rounds(
            self._simulator(times), prior, x, self.rounds, left_out=self.left_out, seed=seed, **settings
        )
        seconds = time.process_time() - begun
        half, truth = references.halves[0][0], torch.from_numpy(references.truth).float()
        draws = posterior.sample(x, len(half), seed)[:, 0]
        exact = sharpened(posterior, x, lambda theta: self._log_likelihood(theta, times, values), len(half), seed)
        errors = ((draws.mean(dim=0) - truth[0]).abs() / prior.std).double().numpy()
        return pd.DataFrame({"parameter": [*names, "all"], "rmse_over_prior_sd": [*errors, errors.mean()]}).assign(
            log_prob_gap=float(references.log_prob[0]) - float(posterior.log_prob(truth, x)),
            c2st=c2st(draws.numpy(), half),
            effective=exact.effective / len(half),
            sharpened_c2st=c2st(exact.sample(len(half), seed).numpy(), half),
            train_seconds=seconds,
        )

    def _simulator(self, times: Any) -> Any:
        def simulate(theta: Tensor) -> Tensor:
            exact = self.system.solution(theta.double().numpy(), np.broadcast_to(times, (len(theta), len(times))))
            observed = torch.from_numpy(exact).flatten(1).float()
            return observed + self.noise * torch.randn(observed.shape)

        return simulate

    def _log_likelihood(self, theta: Tensor, times: Any, values: Any) -> Any:
        return log_likelihood(self.system, theta.double().numpy(), times, values, self.noise)
