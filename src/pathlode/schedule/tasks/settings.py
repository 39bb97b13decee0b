"""A task as a configuration describes it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pathlode.registry import DATA_SETS
from pathlode.schedule.tasks.contract import Task


@dataclass(frozen=True)
class TaskSettings:
    """Which examples a network learns to classify.

    Args:
        data: name in :data:`pathlode.registry.DATA_SETS`.
        examples: what the data set takes: numbers of examples, and of texts their context.
        network: one name in :data:`pathlode.registry.NETWORKS`, with the sizes that the network takes.
    """

    data: str
    examples: Mapping[str, int]
    network: Mapping[str, Mapping[str, Any]]

    def read(self, folder: Path, device: str = "cpu") -> Task:
        """The task.

        Args:
            folder: that has a folder of the data set's name, with its files.
            device: of the examples.

        Raises:
            DataError: if a file is missing, damaged, or not what it should be.
            ConfigError: if there are not as many examples as are wanted.
        """
        data = DATA_SETS[self.data](**self.examples).read(folder / self.data)
        ((kind, sizes),) = self.network.items()
        return Task(data.to(device), kind, sizes)
