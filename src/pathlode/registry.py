"""What can be named in a configuration: one line an entry, imported only when it is used.

The configuration's schema takes its allowed names from here, and so do the tests that every entry must pass.
"""

import importlib
from collections.abc import Iterator, Mapping
from typing import Any

from pathlode.errors import ConfigError


class Registry(Mapping[str, Any]):
    """Names and the classes behind them.

    Args:
        kind: what the entries are, for messages.
        entries: name -> ``"module:class"``.
    """

    def __init__(self, kind: str, entries: dict[str, str]) -> None:
        self.kind = kind
        self._entries = entries

    def __getitem__(self, name: str) -> Any:
        module, _, attribute = self.path(name).partition(":")
        return getattr(importlib.import_module(module), attribute)

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def module(self, name: str) -> str:
        """The module that defines the entry, without importing it."""
        return self.path(name).partition(":")[0]

    def path(self, name: str) -> str:
        """The entry's ``"module:class"``.

        Raises:
            ConfigError: if there is no such entry.
        """
        if name not in self._entries:
            raise ConfigError(f"unknown {self.kind} {name!r}: expected one of {', '.join(self._entries)}")
        return self._entries[name]


ENCODERS = Registry(
    "encoder",
    {
        "gru": "pathlode.core.encoders.gru:GRU",
        "lstm": "pathlode.core.encoders.lstm:LSTM",
        "rnn": "pathlode.core.encoders.rnn:RNN",
        "interpolation": "pathlode.core.encoders.grid:Interpolation",
    },
)

LOSSES = Registry(
    "loss",
    {
        "path": "pathlode.training.losses.path_length:PathLength",
        "kl": "pathlode.training.losses.kullback_leibler:KullbackLeibler",
        "none": "pathlode.training.losses.reconstruction:Reconstruction",
        "displacement": "pathlode.training.losses.displacement:Displacement",
        "path+kl": "pathlode.training.losses.path_length_and_kullback_leibler:PathLengthAndKullbackLeibler",
        "steer": "pathlode.training.losses.random_end_time:RandomEndTime",
        "kinetic": "pathlode.training.losses.kinetic_energy:KineticEnergy",
    },
)

SYSTEMS = Registry(
    "system",
    {
        "coupled_oscillator": "pathlode.dynamics.systems.oscillator:CoupledOscillator",
        "damped_oscillator": "pathlode.dynamics.systems.oscillator:DampedOscillator",
        "lotka_volterra": "pathlode.dynamics.systems.lotka_volterra:LotkaVolterra",
        "lotka_volterra_fixed_start": "pathlode.dynamics.systems.lotka_volterra:LotkaVolterraFixedStart",
        "lane_emden": "pathlode.dynamics.systems.lane_emden:LaneEmden",
        "lorenz": "pathlode.dynamics.systems.lorenz:Lorenz",
    },
)

FLOWS = Registry(
    "flow backend",
    {
        "zuko": "pathlode.inference.flows.zuko:ZukoFlow",
        "nflows": "pathlode.inference.flows.nflows:NFlowsFlow",
    },
)

DATA_SETS = Registry(
    "data set",
    {
        "fashion_mnist": "pathlode.schedule.tasks.data_sets.fashion_mnist:FashionMnist",
        "cifar100": "pathlode.schedule.tasks.data_sets.cifar100:Cifar100",
        "tinyshakespeare": "pathlode.schedule.tasks.data_sets.tinyshakespeare:TinyShakespeare",
        "tinystories": "pathlode.schedule.tasks.data_sets.tinystories:TinyStories",
        "invented_images": "pathlode.schedule.tasks.data_sets.invented_images:InventedImages",
        "invented_text": "pathlode.schedule.tasks.data_sets.invented_text:InventedText",
    },
)

POLICIES = Registry(
    "learning-rate policy",
    {
        "constant": "pathlode.schedule.policies.constant:constant",
        "cosine": "pathlode.schedule.policies.cosine:cosine",
        "one_cycle": "pathlode.schedule.policies.one_cycle:one_cycle",
        "step": "pathlode.schedule.policies.step:step_decay",
        "warmup_stable_decay": "pathlode.schedule.policies.warmup_stable_decay:warmup_stable_decay",
        "schedule_free": "pathlode.schedule.policies.schedule_free:ScheduleFree",
        "prodigy": "pathlode.schedule.policies.prodigy:Prodigy",
        "hypergradient": "pathlode.schedule.policies.hypergradient:Hypergradient",
        "replay": "pathlode.schedule.policies.replay:Replay",
        "mix": "pathlode.schedule.policies.mix:Mix",
        "nearest": "pathlode.schedule.policies.nearest:Nearest",
        "lode": "pathlode.schedule.policies.lode:Lode",
    },
)

NETWORKS = Registry(
    "network",
    {
        "cnn": "pathlode.schedule.tasks.networks.cnn:Cnn",
        "resnet": "pathlode.schedule.tasks.networks.resnet:ResNet",
        "transformer": "pathlode.schedule.tasks.networks.transformer:Transformer",
    },
)
