"""A stack of models as one module: its units, weights and members."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Self

import torch
from torch import Tensor, nn

from pathlode.errors import ConfigError
from pathlode.models.settings import ModelConfig
from pathlode.parts import kind_of, lacking_package
from pathlode.registry import MODELS


class ModelStack(nn.Module):
    """One model per seed, stacked: their configuration, units and weights. Each parameter's first axis is the member.

    Internally x is standardised per member and feature by ``mean`` and ``std``, (member, 1, 1, feature), and the times that an
    encoder reads by ``time_mean`` and ``time_std``, (member, 1, 1). These are 0 and 1 until they are set. They are as precise
    as the training data, whatever the type of the weights.

    ``noise``, (member, 1, 1, feature), is the standard deviation of the observation noise in the data's unit. It is 0 until
    :func:`pathlode.models.noise.learn_noise` learns it, and saved with the weights. So is ``leverage``, of the same shape: the
    mean of ∂x̂_i/∂x_i, which says how far a prediction follows the noise of an observation.

    Args:
        config: sizes and parts.
        seeds: one stacked member per seed; a member's initial weights depend on its own seed alone.

    Attributes:
        counts: the fewest and the most observations of a series that the encoder saw in training; None if unknown.

    Raises:
        ConfigError: if there is no seed, the registered model does not take a setting, or a package that it needs is not
            installed.
    """

    def __init__(self, config: ModelConfig, seeds: Sequence[int] = (0,)) -> None:
        super().__init__()
        if not seeds:
            raise ConfigError("seeds is empty, expected at least one")
        if (kind := kind_of(type(self))) is not None:
            _refuse_lacking(kind)
            config.refuse_for(kind)
        self.config = config
        self.seeds = tuple(seeds)
        shape = (len(seeds), 1, 1, config.features)
        self.mean, self.std = _units(*shape)
        self.time_mean, self.time_std = _units(*shape[:3])
        self.noise, self.leverage = nn.Buffer(torch.zeros(shape)), nn.Buffer(torch.zeros(shape))
        if config.static:
            self.static_mean, self.static_std = _units(len(seeds), 1, config.static)
        if config.inputs:
            self.input_mean, self.input_std = _units(len(seeds), 1, 1, config.inputs)
        if config.head == 1:
            self.outcome_mean, self.outcome_std = _units(len(seeds), 1, 1)
        self.dtype = self.mean.dtype
        self.dates: bool | None = None
        self.counts: tuple[int, int] | None = None

    @property
    def unit_names(self) -> tuple[str, ...]:
        """Names of the units: the buffers that are the model's own and not its parts'."""
        return tuple(name for name, _ in self.named_buffers(recurse=False))

    def member(self, index: int) -> Self:
        """A stack of this member alone, with a copy of its weights.

        Raises:
            ConfigError: if there is no such member.
        """
        if not 0 <= index < len(self.seeds):
            raise ConfigError(
                f"there is no member {index}: the model has {len(self.seeds)}, expected 0 to {len(self.seeds) - 1}"
            )
        return self.chosen([index])

    def chosen(self, members: Sequence[int]) -> Self:
        """A stack of these members, with a copy of their weights."""
        some = type(self)(self.config, [self.seeds[index] for index in members]).to(self.mean.device, self.dtype)
        shared = {name for name, _ in self.named_buffers() if "." in name}  # of parts; the units are each member's own
        weights = self.state_dict()
        some.take({name: w if name in shared else w[list(members)] for name, w in weights.items()})
        some.dates, some.counts = self.dates, self.counts
        return some

    def take(self, weights: Mapping[str, Tensor]) -> None:
        """Takes weights and units, as :meth:`state_dict` gives them; units keep their precision."""
        unknown = torch.zeros_like(weights["std"])
        weights = {"noise": unknown, "leverage": unknown} | dict(weights)  # older files have none
        for name in self.unit_names:
            setattr(self, name, weights[name].to(self.mean.device, copy=True))
        self.load_state_dict(weights)

    def _apply(self, fn: Callable[[Tensor], Tensor], recurse: bool = True) -> Self:
        """Moves or converts the model as any module, but never makes the units less precise."""
        before = {name: getattr(self, name) for name in self.unit_names}
        self.dtype = fn(torch.empty(0, dtype=self.dtype, device=self.mean.device)).dtype
        super()._apply(fn, recurse)
        for name, unit in before.items():
            dtype = torch.promote_types(unit.dtype, self.dtype)
            setattr(self, name, unit.to(getattr(self, name).device, dtype))
        return self

    def describe(self) -> dict[str, object]:
        """Kind, configuration, seeds and floating-point type as plain values: enough to rebuild the model."""
        return {
            "kind": MODELS.name(type(self)),
            "config": asdict(self.config),
            "seeds": list(self.seeds),
            "dtype": str(self.dtype).removeprefix("torch."),
            "dates": self.dates,
            "counts": self.counts,
        }


def _refuse_lacking(kind: str) -> None:
    if lacking := lacking_package(kind):
        raise ConfigError(
            f"the model {kind} needs the package {lacking[0]}, which is not installed: pip install 'pathlode[{lacking[1]}]'"
        )


def _units(*shape: int) -> tuple[nn.Buffer, nn.Buffer]:
    """A mean of 0 and a standard deviation of 1, until series are standardised."""
    return nn.Buffer(torch.zeros(shape)), nn.Buffer(torch.ones(shape))
