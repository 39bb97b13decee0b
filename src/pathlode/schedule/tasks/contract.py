"""The interface between a task and a training loop."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn

from pathlode.registry import NETWORKS
from pathlode.schedule.tasks.data import Data


@dataclass(frozen=True)
class Task:
    """A kind of network with its sizes, and the data that it learns to classify.

    Args:
        data: training, validation and test examples.
        kind: name in :data:`pathlode.registry.NETWORKS`.
        sizes: the network's arguments other than the data's shape and number of classes.
    """

    data: Data
    kind: str
    sizes: Mapping[str, Any] = field(default_factory=dict)

    def network(self, seed: int) -> nn.Module:
        """A network with the initial weights of this seed, on the CPU. Global random state is unchanged.

        Raises:
            ConfigError: if there is no such kind, or its sizes do not fit the data.
        """
        with torch.random.fork_rng(devices=[]):
            torch.default_generator.manual_seed(seed)
            network: nn.Module = NETWORKS[self.kind](self.data.shape, self.data.classes, **self.sizes)
        return network

    @staticmethod
    def loss(logits: Tensor, targets: Tensor) -> Tensor:
        """Mean cross-entropy in nats over all positions: logits (..., class), targets (...)."""
        return nn.functional.cross_entropy(logits.flatten(0, -2), targets.flatten())

    @staticmethod
    def accuracy(logits: Tensor, targets: Tensor) -> float:
        """Share of the positions at which the largest logit is the target's: logits (..., class), targets (...)."""
        return float((logits.argmax(dim=-1) == targets).double().mean())
