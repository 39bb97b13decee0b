"""Everything that a configuration can choose by name: one line per entry, imported on first use.

The configuration's schema takes its allowed names from here. So do the tests that every entry must pass.
"""

import importlib
import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pathlode.errors import ConfigError


class Registry(Mapping[str, Any]):
    """Names and the classes behind them.

    Args:
        kind: what the entries are, for messages.
        entries: name -> ``"module:class"``, followed by words separated by blanks. The words allow a configuration to be
            checked without importing the class.
    """

    def __init__(self, kind: str, entries: dict[str, str]) -> None:
        self.kind = kind
        self._entries = entries

    def __getitem__(self, name: str) -> Any:
        module, _, attribute = self.path(name).partition(":")
        return getattr(importlib.import_module(module), attribute)

    def __contains__(self, name: object) -> bool:
        return name in self._entries  # without an import

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def module(self, name: str) -> str:
        """The module that defines the entry, without importing it."""
        return self.path(name).partition(":")[0]

    def name(self, entry: type) -> str:
        """The name under which a class is registered.

        Raises:
            ConfigError: if it is not.
        """
        path = f"{entry.__module__}:{entry.__qualname__}"
        for name in self:
            if self.path(name) == path:
                return name
        raise ConfigError(f"{path} is not registered as a {self.kind}: add it to pathlode.registry")

    def words(self, name: str) -> frozenset[str]:
        """The words that follow the path in the entry's line."""
        self.path(name)
        return frozenset(self._entries[name].split()[1:])

    def path(self, name: str) -> str:
        """The entry's ``"module:class"``.

        Raises:
            ConfigError: if there is no such entry.
        """
        if name not in self._entries:
            raise ConfigError(f"unknown {self.kind} {name!r}: expected one of {', '.join(self._entries)}")
        return self._entries[name].split()[0]


OFFERS = {
    "training": "parameters that a loss trains",
    "latent": "an encoder, and with it a latent vector z0",
    "posterior": "a mean and a standard deviation of z0",
    "path": "a latent path z(t)",
    "field": "a vector field, along which a state h moves",
    "jacobian": "the Jacobian of a vector field",
    "decoder": "a decoder of that state",
    "density": "a normal distribution of each value, given the observations before it",
    "path_kl": "a posterior over paths, and its divergence from a prior",
    "observed": "a state that is what was observed, in standard deviations",
    "weights": "a network of layers from what was observed to its velocity",
    "gates": "gates on the inputs of that network's layers",
    "energy": "an energy-based prior of z0, and samples of it",
    "forcing": "a state that training can draw to the observations",
}
"""What a model can offer; each word is offered by some model. The words after a model's path below say what it offers; those
after a loss's path, what it needs."""

ONLY_WITH = {"path_kl": "path_kl", "energy": "ebm"}
"""Offers that a model's loss must need, because parts of the model would stay untrained, and a loss that needs each."""

MODELS = Registry(
    "model",
    {
        "latent_ode": "pathlode.models.latent_ode:LatentODE training latent posterior path field jacobian decoder",
        "curve": "pathlode.models.curve:Curve training latent posterior",
        "constant": "pathlode.models.constant:Constant",
        "neural_flow": "pathlode.models.neural_flow:NeuralFlow training latent posterior path decoder",
        "cru": "pathlode.models.cru:CRU training density",
        "latent_sde": "pathlode.models.latent_sde:LatentSDE training latent posterior decoder path_kl",
        "observed_ode": "pathlode.models.observed_ode:ObservedODE training field jacobian observed weights gates "
        "forcing",
        "latent_ebm": "pathlode.models.latent_ebm:LatentEBM training latent posterior decoder energy",
        "sindy": "pathlode.models.sindy:SINDy field jacobian observed",
        "bopdmd": "pathlode.models.bopdmd:BOPDMD",
        "last_value": "pathlode.models.last_value:LastValue",
        "line": "pathlode.models.line:Line",
        "al_rnn": "pathlode.models.al_rnn:ALRNN training forcing",
        "shallow_plrnn": "pathlode.models.shallow_plrnn:ShallowPLRNN training forcing",
        "echo_state": "pathlode.models.echo_state:EchoState",
        "edmd": "pathlode.models.edmd:EDMD",
    },
)

FIELDS = Registry(
    "field",
    {
        "bounded": "pathlode.core.fields.bounded:BoundedField weights",
        "controlled": "pathlode.core.fields.controlled:ControlledField",
        "galerkin": "pathlode.core.fields.galerkin:GalerkinField",
        "second_order": "pathlode.core.fields.second_order:SecondOrderField even",
        "linear": "pathlode.core.fields.linear:LinearField weights",
        "hybrid_oscillator": "pathlode.core.fields.hybrid_oscillator:HybridOscillator >=2",
        "hybrid_lotka_volterra": "pathlode.core.fields.hybrid_lotka_volterra:HybridLotkaVolterra >=2",
        "gated": "pathlode.core.fields.gated:GatedField weights gates",
        "componentwise": "pathlode.core.fields.componentwise:ComponentwiseField weights",
        "piecewise_linear": "pathlode.core.fields.piecewise_linear:PiecewiseLinearField",
    },
)
"""The words after a field's path say which sizes of the state it takes, if not all: ``even`` ones, or all from a number on;
and which of :data:`BY_FIELD` it has."""

BY_FIELD = frozenset({"weights", "gates"})
"""Offers of a model that it makes only with a field that has them."""


LONGEST_STEP = {"latent_sde": math.pi / 2}
"""Models whose solver takes no longer steps than so many units of τ in the observed window. A latent SDE's posterior reads
sin τ and cos τ, so a step is then a quarter of their period at most."""
NEEDED_PACKAGES = {"latent_sde": ("torchsde", "sde")}
"""Models that need a package which may not be installed, and the extra of this package that brings it."""


def needed_of_state(field: str, size: int) -> str | None:
    """What a field needs of the state's size that this size lacks, in words; None if the field takes it."""
    for word in FIELDS.words(field):
        if word == "even" and size % 2:
            return "an even number of state dimensions"
        if word.startswith(">=") and size < int(word.removeprefix(">=")):
            return f"at least {word.removeprefix('>=')} state dimensions"
    return None


KNOWN_PARTS = {
    "hybrid_oscillator": ("coupled_oscillator", "damped_oscillator", "mixed_oscillator", "two_oscillators"),
    "hybrid_lotka_volterra": ("lotka_volterra", "lotka_volterra_fixed_start", "two_oscillators"),
}
"""Fields of which an expert knows a part, and the systems whose equations these are, alone or beside others."""

DECODERS = Registry(
    "decoder",
    {
        "linear": "pathlode.core.decoders.linear:LinearDecoder",
        "squareplus": "pathlode.core.decoders.squareplus:SquareplusDecoder positive",
    },
)
"""The word ``positive`` after a path, here and in :data:`INPUTS`, says that the part is for positive quantities."""

INPUTS = Registry(
    "encoder input",
    {
        "linear": "pathlode.core.inputs.linear:linear",
        "log": "pathlode.core.inputs.log:log positive",
    },
)

SOLVERS = Registry(
    "solver method",
    {
        "rk4": "pathlode.core.solvers.tableaus:RK4",
        "tsit5": "pathlode.core.solvers.tableaus:TSIT5",
        "alf": "pathlode.core.solvers.reversible:ALF",
        "reversible_heun": "pathlode.core.solvers.reversible:REVERSIBLE_HEUN",
    },
)
"""Methods with steps of equal size, for training. :mod:`pathlode.core.solve` imports the modules of all of them, so every job
that integrates an ODE depends on them."""

ENCODERS = Registry(
    "encoder",
    {
        "gru": "pathlode.core.encoders.gru:GRU",
        "lstm": "pathlode.core.encoders.lstm:LSTM",
        "rnn": "pathlode.core.encoders.rnn:RNN",
        "gru_d": "pathlode.core.encoders.gru_d:GRUD",
        "interpolation": "pathlode.core.encoders.grid:Interpolation",
        "mtan": "pathlode.core.encoders.mtan:MultiTimeAttention",
    },
)

LOSSES = Registry(
    "loss",
    {
        "path": "pathlode.training.losses.path_length:PathLength training path",
        "kl": "pathlode.training.losses.kullback_leibler:KullbackLeibler training posterior",
        "kl_annealed": "pathlode.training.losses.annealed_kullback_leibler:AnnealedKullbackLeibler training posterior",
        "none": "pathlode.training.losses.reconstruction:Reconstruction training",
        "displacement": "pathlode.training.losses.displacement:Displacement training path",
        "path+kl": "pathlode.training.losses.path_length_and_kullback_leibler:PathLengthAndKullbackLeibler "
        "training path posterior",
        "steer": "pathlode.training.losses.random_end_time:RandomEndTime training field",
        "steer_walk": "pathlode.training.losses.random_gaps:RandomGaps training field",
        "kinetic": "pathlode.training.losses.kinetic_energy:KineticEnergy training field",
        "path_kl": "pathlode.training.losses.path_kullback_leibler:PathKullbackLeibler training posterior path_kl",
        "c_node": "pathlode.training.losses.c_node:CNode training weights",
        "group_lasso": "pathlode.training.losses.group_lasso:GroupLasso training weights",
        "path_reg": "pathlode.training.losses.path_reg:PathReg training weights gates",
        "ebm": "pathlode.training.losses.energy_based:EnergyBased training posterior energy",
    },
)

SYSTEMS = Registry(
    "system",
    {
        "coupled_oscillator": "pathlode.dynamics.systems.coupled_oscillator:CoupledOscillator",
        "damped_oscillator": "pathlode.dynamics.systems.damped_oscillator:DampedOscillator",
        "mixed_oscillator": "pathlode.dynamics.systems.mixed_oscillator:MixedOscillator",
        "lotka_volterra": "pathlode.dynamics.systems.lotka_volterra:LotkaVolterra positive",
        "lotka_volterra_fixed_start": "pathlode.dynamics.systems.lotka_volterra_fixed_start:LotkaVolterraFixedStart positive",
        "lane_emden": "pathlode.dynamics.systems.lane_emden:LaneEmden positive",
        "lorenz": "pathlode.dynamics.systems.lorenz:Lorenz",
        "two_oscillators": "pathlode.dynamics.systems.two_oscillators:TwoOscillators",
    },
)
"""The word ``positive`` after a system's path says that its quantities are, but for noise."""

PARTS = {
    "encoder": (ENCODERS, "latent"),
    "input": (INPUTS, "latent"),
    "field": (FIELDS, "field"),
    "decoder": (DECODERS, "decoder"),
    "loss": (LOSSES, "training"),
}
"""Parts of a model that are chosen by name: the part's registry, and what a model must offer to take the part."""


def parts_of(model: str) -> dict[str, Registry]:
    """The registries of the parts that a model takes, by the part's name. A model in closed form takes none."""
    words = MODELS.words(model)
    return {name: registry for name, (registry, word) in PARTS.items() if {word, "training"} <= words}


def unused_offer(offers: Iterable[str], needs: Iterable[str]) -> str | None:
    """The word of :data:`ONLY_WITH` that a model offers and a loss with these needs does not use; None if there is none."""
    return next(iter(sorted((set(offers) & set(ONLY_WITH)) - set(needs))), None)


DEFAULT_MODEL = "latent_ode"
"""The model if no other is named."""
DEFAULT_PARTS = {"encoder": "gru", "input": "linear", "field": "bounded", "decoder": "linear"}
"""The parts of a model that does not name others."""


def offered(model: str, field: str = DEFAULT_PARTS["field"]) -> frozenset[str]:
    """What a model offers with a field, which has no effect on a model that takes none."""
    words = MODELS.words(model)
    return words - (BY_FIELD - FIELDS.words(field)) if "field" in words else words


def entries_of(model: str = DEFAULT_MODEL, **given: str) -> list[str]:
    """The ``"module:class"`` of a model and of its parts, of which those that are not given are the default ones."""
    names = DEFAULT_PARTS | given
    parts = parts_of(model).items()
    return [MODELS.path(model), *(registry.path(names[part]) for part, registry in parts if part in names)]


CLASSIFIERS = Registry(
    "classifier of beats",
    {
        "trees": "pathlode.ecg.trees:Trees",
        "weighted_trees": "pathlode.ecg.weighted_trees:WeightedTrees",
        "cnn": "pathlode.ecg.cnn:BeatCnn",
    },
)

FLOWS = Registry(
    "flow backend",
    {
        "zuko": "pathlode.inference.flows.zuko:ZukoFlow",
        "nflows": "pathlode.inference.flows.nflows:NFlowsFlow",
    },
)

EMBEDDINGS = Registry(
    "embedding",
    {
        "recurrent": "pathlode.inference.recurrent:RecurrentSummary",
        "perceptron": "pathlode.inference.perceptron:PerceptronSummary",
    },
)
"""Summaries that are trained with a flow."""

MEASURED = Registry(
    "measured data set",
    {
        "physionet": "pathlode.real.physionet:Physionet",
        "vowels": "pathlode.real.vowels:Vowels",
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
        "wsd_s": "pathlode.schedule.policies.wsd_s:wsd_s",
        "schedule_free": "pathlode.schedule.policies.schedule_free:ScheduleFree",
        "prodigy": "pathlode.schedule.policies.prodigy:Prodigy",
        "hypergradient": "pathlode.schedule.policies.hypergradient:Hypergradient",
        "replay": "pathlode.schedule.policies.replay:Replay",
        "mix": "pathlode.schedule.policies.mix:Mix",
        "nearest": "pathlode.schedule.policies.nearest:Nearest",
        "lode": "pathlode.schedule.policies.lode:Lode",
    },
)

SOLVABLE_TASKS = Registry(
    "solvable task",
    {
        "river": "pathlode.schedule.solvable.river:River",
        "power_law": "pathlode.schedule.solvable.power_law:PowerLaw",
        "deep_linear": "pathlode.schedule.solvable.deep_linear:DeepLinear",
        "net": "pathlode.schedule.solvable.net:Net",
    },
)
"""Tasks whose expected loss under any schedule is known, or found in milliseconds."""

LOG_MODELS = Registry(
    "model of logs",
    {
        "modes": "pathlode.schedule.real_logs.modes:LoggedModes",
        "multi_power_law": "pathlode.schedule.real_logs.multi_power:MultiPowerLaw",
        "trees": "pathlode.schedule.real_logs.trees:BoostedTrees",
        "gaussian_process": "pathlode.schedule.real_logs.gaussian_process:GaussianProcess",
        "last_value": "pathlode.schedule.real_logs.last_value:LastLogValue",
    },
)
"""Models that predict the rest of a logged run from its beginning and from past runs."""

NETWORKS = Registry(
    "network",
    {
        "cnn": "pathlode.schedule.tasks.networks.cnn:Cnn",
        "resnet": "pathlode.schedule.tasks.networks.resnet:ResNet",
        "transformer": "pathlode.schedule.tasks.networks.transformer:Transformer",
    },
)
