"""The choice of a loss's learning rate and weight."""

import json
import logging
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from pathlode.core.solve import Adaptive
from pathlode.dynamics.data import SimulatedData
from pathlode.dynamics.windows import window_errors
from pathlode.errors import DivergenceError, SolverError
from pathlode.files import writing
from pathlode.registry import LOSSES
from pathlode.training.experiment import Experiment

logger = logging.getLogger(__name__)


def candidates(
    learning_rates: Sequence[float], weights: Sequence[float], loss: str, seeds: Sequence[int], **fixed: Any
) -> list[Experiment]:
    """The grid of learning rates and weights, one experiment per rate: all weights train as one stack, each with all seeds.

    A loss without penalty skips the weights. If ``refine`` doubles the solver's steps, it does so for all weights.
    """
    pairs = [(weight, seed) for weight in (weights if LOSSES[loss].penalised else [1.0]) for seed in seeds]
    each_weight, each_seed = (list(column) for column in zip(*pairs, strict=True))
    return [
        Experiment(loss=loss, weight=each_weight, learning_rate=r, seeds=each_seed, **fixed) for r in learning_rates
    ]


def choose(
    experiments: Sequence[Experiment],
    data: SimulatedData,
    folder: Path,
    identity: str,
    solver: Adaptive,
    device: str = "cpu",
) -> list[dict[str, Any]]:
    """Trains :func:`candidates` and scores each pair of rate and weight on the validation trajectories, best first.

    The score is the geometric mean of the NMSE against the validation split's noise-free truth, over seeds and over two
    windows: the observed one and the next. A pair scores infinity if a seed diverges; so do all pairs of a rate at which the
    solver fails. The scores of finished experiments stay in ``folder`` until
    :func:`pathlode.training.resume.discard_checkpoints`, so an interrupted search continues.

    Args:
        experiments: the grid.
        data: the data to train on and to score by.
        folder: folder of the checkpoints.
        identity: digest of all that the choice depends on, see :func:`pathlode.reporting.identity.identity`.
        solver: solver of the scored predictions.
        device: device to train on.

    Returns:
        One row per pair: learning rate, weight, score, and the geometric means of both errors.

    Raises:
        DivergenceError: if every pair diverged.
    """
    partial = folder / f"checkpoint-candidates-{identity[:16]}.json"
    finished: list[list[dict[str, Any]]] = json.loads(partial.read_text()) if partial.exists() else []
    for number, experiment in enumerate(experiments[len(finished) :], start=len(finished) + 1):
        label = f"{experiment.loss}, learning rate {number} of {len(experiments)}"
        try:
            trainer = experiment.run(data.observed, folder, identity, label, device, strict=False)
            errors = torch.stack(window_errors(trainer.model, data["validation"], solver)).cpu()
            errors[:, trainer.diverged.cpu()] = math.inf
        except SolverError as error:
            logger.warning("%s: scores infinity, %s", label, error)
            errors = torch.full((2, len(experiment.seeds)), math.inf)
        finished.append(_scores(experiment, errors))
        for row in finished[-1]:
            logger.info("%s: rate %g, weight %g, score %.2e", experiment.loss, *list(row.values())[:3])
        with writing(partial) as temporary:
            temporary.write_text(json.dumps(finished))
    rows = [row for each in finished for row in each]
    if all(math.isinf(row["score"]) for row in rows):
        raise DivergenceError(
            f"every candidate for the loss {experiments[0].loss!r} diverged: add smaller learning rates to the tuning grid"
        )
    return sorted(rows, key=lambda row: float(row["score"]))


def _scores(experiment: Experiment, errors: Tensor) -> list[dict[str, Any]]:
    """One row per weight, from every member's errors in the observed window and in the next, (2, member)."""
    weights = torch.as_tensor(experiment.weight, dtype=torch.float64)
    rows = []
    for weight in weights.unique().tolist():
        inside, beyond = errors[:, weights == weight].log().mean(dim=1).exp().tolist()
        rows.append(
            {
                "learning_rate": experiment.learning_rate,
                "weight": weight,
                "score": math.sqrt(inside * beyond),
                "interpolation_nmse": inside,
                "extrapolation_nmse": beyond,
            }
        )
    return rows
