"""A task's settings in the configuration."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pathlode.registry import DATA_SETS
from pathlode.schedule.tasks.contract import Task


@dataclass(frozen=True)
class TaskSettings:
    """A network, and the examples that it learns to classify.

    Args:
        data: name in :data:`pathlode.registry.DATA_SETS`.
        examples: arguments of the data set: numbers of examples, and for texts the context.
        network: one name in :data:`pathlode.registry.NETWORKS`, with the network's sizes.
    """

    data: str
    examples: Mapping[str, int]
    network: Mapping[str, Mapping[str, Any]]

    def read(self, folder: Path, device: str = "cpu") -> Task:
        """The task.

        Args:
            folder: folder that contains a folder with the data set's name and files.
            device: device of the examples.

        Raises:
            DataError: if a file is missing or damaged, or has unexpected content.
            ConfigError: if the files have fewer examples than requested.
        """
        data = DATA_SETS[self.data](**self.examples).read(folder / self.data)
        ((kind, sizes),) = self.network.items()
        return Task(data.to(device), kind, sizes)
