"""A small convolutional network on the samples of a beat: the usual approach."""

import copy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.optim import Adam

from pathlode.core.eager import eager
from pathlode.core.tensor_files import beside, load_tensors, save_tensors
from pathlode.ecg.beats import POINTS
from pathlode.ecg.features import Classes, Features, Probabilities
from pathlode.ecg.records import CLASSES
from pathlode.errors import ConfigError
from pathlode.training.resume import Interim

_AT_ONCE = 256
"""Beats that are classified at once: what the network computes of them fits into a processor's cache."""


@dataclass(frozen=True)
class CnnConfig:
    """Training of :class:`BeatCnn`.

    Args:
        steps: optimiser steps (Adam, one-cycle learning rate).
        batch: beats per step, all equally likely.
        learning_rate: the cycle's peak.
        validate_every: steps between validations; the weights with the best macro F1 are kept.
    """

    steps: int = 1000
    batch: int = 128
    learning_rate: float = 3e-3
    validate_every: int = 200

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if not value > 0:
                raise ConfigError(f"cnn.{name} is {value}, expected a number above 0")


class _Network(nn.Module):
    def __init__(self, extras: int) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for inputs, outputs, stride in ((1, 16, 4), (16, 32, 2), (32, 32, 2)):
            layers += [nn.Conv1d(inputs, outputs, 7, stride, padding=3), nn.BatchNorm1d(outputs), nn.ReLU()]
        self.features = nn.Sequential(*layers, nn.Flatten())
        flat = self.features(torch.zeros(2, 1, POINTS)).shape[1]
        self.head = nn.Sequential(nn.Linear(flat + extras, 64), nn.ReLU(), nn.Linear(64, len(CLASSES)))

    def forward(self, x: Tensor) -> Tensor:
        signal, extras = x[:, None, :POINTS], x[:, POINTS:]
        return self.head(torch.cat([self.features(signal), extras], dim=1))


class BeatCnn:
    """Three convolutions over a beat at 360 Hz, then a perceptron that also takes further features.

    Args:
        config: settings.
        seed: seed of the initial weights and the batches.
        kept: file of a checkpoint, as in :class:`pathlode.training.resume.Interim`; seed and number of features are added to
            its name.

    Source: ours, as a rival.
    """

    settings = CnnConfig
    """The class of ``config``."""

    def __init__(self, config: CnnConfig, seed: int, kept: Path | None = None) -> None:
        self.config, self.seed, self.kept = config, seed, kept

    def fit(self, features: Features, classes: Classes, validation: Features, validation_classes: Classes) -> "BeatCnn":
        """Fits to training beats: columns are the :data:`pathlode.ecg.beats.POINTS` samples, then any other features.

        Raises:
            CheckpointError: if the checkpoint cannot be read.
        """
        from sklearn.metrics import f1_score

        rng = np.random.default_rng(self.seed)
        self.mean, self.std = features.mean(axis=0), features.std(axis=0) + 1e-6
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(self.seed)
            self.network = _Network(features.shape[1] - POINTS)
        x, y = self._standard(features), torch.as_tensor(classes, dtype=torch.long)
        optimiser = eager(Adam)(self.network.parameters(), lr=self.config.learning_rate, fused=True)
        schedule = torch.optim.lr_scheduler.OneCycleLR(
            optimiser, self.config.learning_rate, total_steps=self.config.steps + 1
        )
        best, best_score, first = self.network.state_dict(), -1.0, 1
        interim = Interim(self.kept and self.kept.with_stem(f"{self.kept.stem}-{self.seed}-{features.shape[1]}"))
        if state := interim.read():
            self.network.load_state_dict(state["network"])
            optimiser.load_state_dict(state["optimiser"])
            schedule.load_state_dict(state["schedule"])
            rng.bit_generator.state = state["rng"]
            best, best_score, first = state["best"], state["best_score"], state["step"] + 1
        for step in range(first, self.config.steps + 1):
            chosen = torch.as_tensor(rng.integers(len(x), size=self.config.batch))
            loss = nn.functional.cross_entropy(self.network(x[chosen]), y[chosen])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
            if step % self.config.validate_every == 0 or step == self.config.steps:
                predicted = self.probabilities(validation).argmax(axis=1)
                score = f1_score(validation_classes, predicted, average="macro", zero_division=0.0)
                if score > best_score:
                    best, best_score = copy.deepcopy(self.network.state_dict()), float(score)
                self.network.train()
            if interim.due:
                state = {"step": step, "best": best, "best_score": best_score, "rng": rng.bit_generator.state}
                state |= {"network": self.network.state_dict(), "optimiser": optimiser.state_dict()}
                interim.write(state | {"schedule": schedule.state_dict()})
        self.network.load_state_dict(best)
        return self

    @torch.no_grad()
    def probabilities(self, features: Features) -> Probabilities:
        """Probability of each of :data:`pathlode.ecg.records.CLASSES`, (beat, class)."""
        self.network.eval()
        parts = [self.network(part).softmax(dim=1) for part in self._standard(features).split(_AT_ONCE)]
        result: NDArray[np.float32] = torch.cat(parts).numpy()
        return result

    def _standard(self, features: Features) -> Tensor:
        return torch.as_tensor((features - self.mean) / self.std, dtype=torch.float32)

    def save(self, path: Path, **extra: Any) -> None:
        """Writes weights, units and the plain values in ``extra`` as a file of tensors."""
        units = {"mean": torch.as_tensor(self.mean), "std": torch.as_tensor(self.std)}
        save_tensors(path, beside({"weights": self.network.state_dict(), **units}, extra))

    @classmethod
    def load(cls, path: Path) -> "BeatCnn":
        """The fitted network of a file that :meth:`save` wrote.

        Raises:
            CheckpointError: if it cannot be read.
        """
        content = load_tensors(path)
        classifier = cls(cls.settings(), seed=0)
        classifier.mean, classifier.std = (content[name].numpy() for name in ("mean", "std"))
        classifier.network = _Network(len(classifier.mean) - POINTS)
        classifier.network.load_state_dict(content["weights"])
        return classifier
