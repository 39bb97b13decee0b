"""Everything that a configuration can choose by name: one line per entry, imported on first use.

The configuration's schema takes its allowed names from here. So do the tests that every entry must pass. What the words behind
a path mean stands in :mod:`pathlode.parts` for models and their parts.
"""

from pathlode.entries import Registry

MODELS = Registry(
    "model",
    {
        "latent_ode": "pathlode.models.latent_ode:LatentODE training latent posterior path field jacobian decoder "
        "takes=augment,inputs,interpolation",
        "curve": "pathlode.models.curve:Curve training latent posterior takes=inputs,interpolation",
        "constant": "pathlode.models.constant:Constant",
        "neural_flow": "pathlode.models.neural_flow:NeuralFlow training latent posterior path decoder "
        "takes=inputs,interpolation hidden>=2",
        "cru": "pathlode.models.cru:CRU training density takes=latent,width,depth,static,inputs,interpolation "
        "latent%2 latent>=4",
        "latent_sde": "pathlode.models.latent_sde:LatentSDE training latent posterior decoder path_kl "
        "package=torchsde extra=sde step<=1.57 solver=reversible_heun",
        "langevin_sde": "pathlode.models.langevin_sde:LangevinSDE training latent posterior decoder path_kl "
        "package=torchsde extra=sde step<=0.5 solver=reversible_heun hidden%2",
        "observed_ode": "pathlode.models.observed_ode:ObservedODE training field jacobian observed weights gates forcing "
        "takes=static,inputs,interpolation",
        "latent_ebm": "pathlode.models.latent_ebm:LatentEBM training latent posterior decoder energy",
        "sindy": "pathlode.models.sindy:SINDy field jacobian observed takes=time_unit package=pysindy extra=sindy",
        "bopdmd": "pathlode.models.bopdmd:BOPDMD takes=time_unit package=pydmd extra=koopman",
        "last_value": "pathlode.models.last_value:LastValue",
        "line": "pathlode.models.line:Line",
        "al_rnn": "pathlode.models.al_rnn:ALRNN training forcing takes=hidden,width hidden>=features",
        "shallow_plrnn": "pathlode.models.shallow_plrnn:ShallowPLRNN training forcing takes=width",
        "echo_state": "pathlode.models.echo_state:EchoState takes=hidden",
        "edmd": "pathlode.models.edmd:EDMD",
        "havok": "pathlode.models.havok:HAVOK takes=hidden hidden>=2",
        "kernel_edmd": "pathlode.models.kernel_edmd:KernelEDMD takes=hidden",
    },
)

FIELDS = Registry(
    "field",
    {
        "bounded": "pathlode.core.fields.bounded:BoundedField weights",
        "controlled": "pathlode.core.fields.controlled:ControlledField",
        "galerkin": "pathlode.core.fields.galerkin:GalerkinField",
        "second_order": "pathlode.core.fields.second_order:SecondOrderField state%2",
        "linear": "pathlode.core.fields.linear:LinearField weights unused=width,depth",
        "hybrid_oscillator": "pathlode.core.fields.hybrid_oscillator:HybridOscillator state>=2 "
        "known=coupled_oscillator,damped_oscillator,mixed_oscillator,two_oscillators",
        "hybrid_lotka_volterra": "pathlode.core.fields.hybrid_lotka_volterra:HybridLotkaVolterra state>=2 "
        "known=lotka_volterra,lotka_volterra_fixed_start,two_oscillators",
        "gated": "pathlode.core.fields.gated:GatedField weights gates",
        "componentwise": "pathlode.core.fields.componentwise:ComponentwiseField weights",
        "piecewise_linear": "pathlode.core.fields.piecewise_linear:PiecewiseLinearField unused=depth",
        "langevin": "pathlode.core.fields.langevin:LangevinField state%2 unused=depth",
    },
)

DECODERS = Registry(
    "decoder",
    {
        "linear": "pathlode.core.decoders.linear:LinearDecoder",
        "squareplus": "pathlode.core.decoders.squareplus:SquareplusDecoder positive",
    },
)
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
"""Methods with steps of equal size, for training: a :class:`pathlode.core.solvers.tableaus.Tableau`, or an object with its own
``order`` and ``integrate`` as a :class:`pathlode.core.solvers.reversible.Reversible` has."""

ADAPTIVE_BACKENDS = Registry(
    "backend of adaptive solvers",
    {
        "torchode": "pathlode.core.solvers.torchode_backend:integrate_with_torchode dopri5 tsit5",
        "torchdiffeq": "pathlode.core.solvers.torchdiffeq_backend:integrate_with_torchdiffeq "
        "dopri5 dopri8 bosh3 adaptive_heun",
        "scipy": "pathlode.core.solvers.scipy_backend:integrate_with_scipy radau",
    },
)
"""Libraries with steps of a size that meets a tolerance. The words after a path are the methods; that of scipy is implicit."""

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
        "none": "pathlode.training.losses.reconstruction:Reconstruction training weight=unused",
        "displacement": "pathlode.training.losses.displacement:Displacement training path",
        "path+kl": "pathlode.training.losses.path_length_and_kullback_leibler:PathLengthAndKullbackLeibler "
        "training path posterior",
        "steer": "pathlode.training.losses.random_end_time:RandomEndTime training field weight<=1 times=random",
        "steer_walk": "pathlode.training.losses.random_gaps:RandomGaps training field weight<=1 times=random",
        "kinetic": "pathlode.training.losses.kinetic_energy:KineticEnergy training field",
        "path_kl": "pathlode.training.losses.path_kullback_leibler:PathKullbackLeibler training posterior path_kl",
        "c_node": "pathlode.training.losses.c_node:CNode training weights",
        "group_lasso": "pathlode.training.losses.group_lasso:GroupLasso training weights",
        "path_reg": "pathlode.training.losses.path_reg:PathReg training weights gates",
        "ebm": "pathlode.training.losses.energy_based:EnergyBased training posterior energy weight=unused",
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
TRAINED_BY = "pathlode.training.trained"
"""The module that fits models which a loss trains. Jobs that fit a model in closed form do not depend on it."""

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
        "flow_matching": "pathlode.inference.flows.matching:FlowMatching",
    },
)

EMBEDDINGS = Registry(
    "embedding",
    {
        "recurrent": "pathlode.inference.recurrent:RecurrentSummary observations",
        "attention": "pathlode.inference.attention:AttentionSummary observations",
        "perceptron": "pathlode.inference.perceptron:PerceptronSummary",
        "convolution": "pathlode.inference.convolution:ConvolutionSummary",
    },
)
"""Summaries that are trained with a flow; those of ``observations`` read series, the others numbers."""

MEASURED = Registry(
    "measured data set",
    {
        "physionet": "pathlode.real.physionet:Physionet",
        "vowels": "pathlode.real.vowels:Vowels",
        "motions": "pathlode.real.motions:Motions",
    },
)

DATA_SETS = Registry(
    "data set",
    {
        "fashion_mnist": "pathlode.schedule.tasks.data_sets.fashion_mnist:FashionMnist images train=60000 test=10000",
        "cifar100": "pathlode.schedule.tasks.data_sets.cifar100:Cifar100 images train=50000 test=10000",
        "tinyshakespeare": "pathlode.schedule.tasks.data_sets.tinyshakespeare:TinyShakespeare text characters=1115394",
        "tinystories": "pathlode.schedule.tasks.data_sets.tinystories:TinyStories text characters=1900000000",
        "invented_images": "pathlode.schedule.tasks.data_sets.invented_images:InventedImages images",
        "invented_text": "pathlode.schedule.tasks.data_sets.invented_text:InventedText text",
    },
)
"""Examples are ``images`` or ``text``. Facts: images in the files for ``train`` and ``test``, or ``characters`` of the text."""

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
        "plan": "pathlode.schedule.policies.plan:Plan",
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
        "cnn": "pathlode.schedule.tasks.networks.cnn:Cnn images",
        "resnet": "pathlode.schedule.tasks.networks.resnet:ResNet images",
        "transformer": "pathlode.schedule.tasks.networks.transformer:Transformer text",
    },
)
"""What they read: ``images`` or ``text``."""
