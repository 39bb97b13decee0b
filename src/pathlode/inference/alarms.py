"""Alarms about data unlike the simulations that a flow was trained on."""

from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor

from pathlode.core.series import TimeSeries
from pathlode.core.streams import stream
from pathlode.dynamics.data import SimulatedData
from pathlode.inference.flows.contract import Flow
from pathlode.inference.neighbours import SURPRISING, summary_p_values
from pathlode.inference.simulations import SystemSimulations
from pathlode.inference.summaries import Summary

SIMULATED = 500
"""Simulations among which the neighbours of a summary are found."""


def likeness(
    flow: Flow, summary: Summary, data: SimulatedData, noise: float, fresh: SystemSimulations | None, seed: int
) -> Callable[[Tensor], Tensor]:
    """p-values of what a flow is given, (n, ...) -> (n,), among simulations like those of its training: see
    :func:`pathlode.inference.neighbours.summary_p_values`.

    Args:
        flow: the flow.
        summary: computes what it is given.
        data: a replicate's data. Neighbours are among its training trajectories, and p-values come from its validation
            trajectories, of which the flow knows nothing.
        noise: standard deviation of the noise in these.
        fresh: the simulations of a flow that is trained on fresh ones, which then replace the data; None for other flows.
        seed: number of the replicate; decides the fresh simulations.
    """
    if fresh is None:
        train = data.train.observed
        first = TimeSeries(train.times[:SIMULATED], train.values[:SIMULATED])
        known, others = (summary(some, flow.seed, noise) for some in (first, data["validation"].observed))
    else:
        pool, every = fresh.pool(2 * SIMULATED, (seed, SURPRISING)), torch.arange(2 * SIMULATED)
        known, others = pool.observe(every, stream(seed, SURPRISING)).split(SIMULATED)
    return partial(summary_p_values, flow, known, others)
