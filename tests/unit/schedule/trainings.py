"""A training whose rates a scheduler sets, and its optimiser."""

import numpy as np
import torch
from torch import nn


def optimiser(rates=(0.1,), kind=torch.optim.SGD):
    return kind([{"params": [nn.Parameter(torch.zeros(2))], "lr": rate} for rate in rates])


def train(scheduler, steps, loss=2.0, seed=0, first=0):
    """The training that the past runs are of, with the scheduler's rates; returns them and the last loss."""
    noise = np.random.default_rng(seed).standard_normal(1000)
    rates = []
    for step in range(first, first + steps):
        rate = scheduler.optimizer.param_groups[0]["lr"]
        rates.append(rate)
        loss += -0.5 * rate * (loss - rate) + 0.002 * noise[step]
        scheduler.optimizer.step()
        scheduler.step(loss=loss, metric=1 - loss / 2)
    return rates, loss
