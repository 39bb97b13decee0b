"""The sizes and parts of a model."""

from dataclasses import dataclass

from pathlode.core.signals import INTERPOLATIONS
from pathlode.errors import ConfigError, is_count, is_positive
from pathlode.parts import DEFAULT_PARTS, needed_of_state, refuse_unused, unmet
from pathlode.registry import DECODERS, ENCODERS, INPUTS, MODELS


@dataclass(frozen=True)
class ModelConfig:
    """Sizes and parts of a model. What a model or its field does not take must have its default value.

    Args:
        features: measured quantities per observation.
        hidden: dimensions of the ODE's state h.
        latent: dimensions of z.
        width: units of each hidden layer of the field and of the decoder's network.
        depth: hidden layers of the field and of the decoder's network.
        encoder: name in :data:`pathlode.registry.ENCODERS`.
        encoder_hidden: dimensions of the encoder's hidden state; a linear layer maps it to ``hidden`` dimensions. If None, as
            in the paper, the encoder's state has ``hidden`` dimensions and there is no such layer.
        variational: whether the encoder emits a mean and a log standard deviation and samples (Rubanova et al. 2019).
        time_unit: duration, in the data's unit of time, of one unit of the model's time τ. The papers' field is bounded by a
            scale that starts at 1, so each component of the state moves about one unit per unit of τ. Choose a time unit
            that makes the observed window 5 or more units of τ long; the state can then cross the range of the data.
        field: name in :data:`pathlode.registry.FIELDS`.
        decoder: name in :data:`pathlode.registry.DECODERS`.
        augment: how many of the ``hidden`` components of h start at 0 instead of at what z0 says: the zero augmentation of
            Dupont et al. 2019 (https://arxiv.org/abs/1904.01681). A ``hidden`` above ``latent`` is another augmentation, by a
            learnt layer, which the model has anyway.
        input: name in :data:`pathlode.registry.INPUTS` of what the encoder reads.
        gaps: whether the encoder reads series in which some features are missing (NaN) at times at which others are observed.
            A recurrent encoder then has an additional input per feature. Series of different lengths need no such setting.
        static: static covariates that the model reads. The encoder reads them with every observation, and a field that takes
            a context after z0. All of them must be known.
        inputs: known inputs u(t) that the model reads. The encoder reads them at the observation times, and the field at any
            time, in its context after the static covariates: it must take one.
        head: outputs of a linear layer on z0 that is trained with the model to predict what a whole series is: 0 for none, 1
            for a number, or the number of classes. See :class:`pathlode.training.outcomes.Outcomes`.
        interpolation: of the inputs between their times, ``linear`` or ``cubic`` (:class:`pathlode.core.signals.Signal`).
        elapsed: whether the encoder reads the time since a series' first observation instead of the time itself. Then the
            prediction of a series does not depend on when it began.
    """

    features: int
    hidden: int = 10
    latent: int = 10
    width: int = 20
    depth: int = 2
    encoder: str = DEFAULT_PARTS["encoder"]
    encoder_hidden: int | None = None
    variational: bool = False
    time_unit: float = 1.0
    field: str = DEFAULT_PARTS["field"]
    decoder: str = DEFAULT_PARTS["decoder"]
    input: str = DEFAULT_PARTS["input"]
    augment: int = 0
    gaps: bool = False
    static: int = 0
    inputs: int = 0
    head: int = 0
    interpolation: str = "linear"
    elapsed: bool = False

    def __post_init__(self) -> None:
        for name in ("features", "hidden", "latent", "width", "depth"):
            if not is_count(getattr(self, name)):
                raise ConfigError(f"model.{name} is {getattr(self, name)!r}, expected a whole number of at least 1")
        if self.encoder_hidden is not None and not is_count(self.encoder_hidden):
            raise ConfigError(
                f"model.encoder_hidden is {self.encoder_hidden!r}, expected a whole number of at least 1, or null for `hidden`"
            )
        for name in ("augment", "static", "inputs", "head"):
            if not is_count(getattr(self, name)) and getattr(self, name) != 0:
                raise ConfigError(f"model.{name} is {getattr(self, name)!r}, expected a whole number of at least 0")
        if self.interpolation not in INTERPOLATIONS:
            raise ConfigError(
                f"model.interpolation is {self.interpolation!r}, expected one of {', '.join(INTERPOLATIONS)}"
            )
        if not is_positive(self.time_unit):
            raise ConfigError(f"model.time_unit is {self.time_unit!r}, expected a duration above 0 in the data's unit")
        if self.augment >= self.hidden:
            raise ConfigError(
                f"model.augment is {self.augment}, but the state has {self.hidden} dimensions, of which z0 sets one or more: "
                "lower it, or raise model.hidden"
            )
        needed = needed_of_state(self.field, self.hidden)
        if needed:
            raise ConfigError(
                f"model.hidden is {self.hidden}, but the field {self.field!r} needs {needed}: change it, or choose "
                "another field"
            )
        ENCODERS.path(self.encoder)
        DECODERS.path(self.decoder)
        INPUTS.path(self.input)

    def refuse_for(self, kind: str) -> None:
        """Refuses settings that a kind of model does not take, and sizes that it cannot have.

        Args:
            kind: name in :data:`pathlode.registry.MODELS`.

        Raises:
            ConfigError: naming the first one.
        """
        refuse_unused(kind, "model", self)
        if found := unmet(MODELS, kind, vars(self)):
            size, needed = found
            raise ConfigError(
                f"model.{size} is {getattr(self, size)}, expected {needed} for the model {kind}: change it, or choose another "
                "model"
            )
