"""The default configuration, changed at random: it is refused in a sentence that helps, or it is one that a run can be made of."""

import functools
import json
import re
from itertools import product

import torch
import yaml
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from workflow_checkout import PROJECT

from pathlode.core.solve import Adaptive
from pathlode.dynamics.simulation import SimulationConfig
from pathlode.dynamics.tried_values import Axis
from pathlode.ecg.balance import Balance
from pathlode.ecg.conditions import Condition
from pathlode.ecg.voting import Vote
from pathlode.inference.designs import ObservationConfig
from pathlode.inference.ensemble import EnsembleConfig
from pathlode.inference.flows.settings import FlowConfig
from pathlode.inference.fresh import FreshConfig
from pathlode.inference.random_designs import RandomDesigns
from pathlode.inference.reference import McmcConfig
from pathlode.models.settings import ModelConfig
from pathlode.real.splits import Hiding
from pathlode.registry import CLASSIFIERS, DATA_SETS, FLOWS, LOSSES, MODELS, NETWORKS, POLICIES, SOLVABLE_TASKS, SYSTEMS
from pathlode.schedule.decisions import LookAheadConfig
from pathlode.schedule.planning.planner import PlanConfig
from pathlode.schedule.run_model import FitConfig
from pathlode.schedule.solvable.policies import TrialConfig
from pathlode.schedule.solvable.steered import Steering
from pathlode.schedule.training import RunConfig
from pathlode.training.experiment import Experiment
from pathlode.training.settings import TrainingConfig
from pathlode.training.views import Views
from workflow.configuration import FILES, InvalidConfig, check, default_config
from workflow.configuration.dynamics import trained_rows
from workflow.configuration.ecg import balance, beat_settings
from workflow.configuration.graphs import graph_rows
from workflow.configuration.hybrids import hybrid_settings
from workflow.configuration.inference import design_settings, rounds_flow
from workflow.configuration.real import goals, series_settings
from workflow.configuration.replicates import replicate_numbers
from workflow.configuration.rivals import compared_rows
from workflow.configuration.rows import candidate_settings, row_axes, row_parts, row_settings, setting
from workflow.configuration.scheduler import fit_settings, look_ahead_settings, steering_settings
from workflow.configuration.solvable import trial_settings
from workflow.configuration.summaries import flow_settings

DEFAULT = default_config(PROJECT)
REMEDY = re.compile(
    r"expected|did you mean|allowed are|is missing|; (add|lower|raise|choose|create|exchange|give|install|rename|change|name|put|remove|set)"
)


def places(node, path=()):
    """Paths of all keys and items."""
    pairs = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in pairs:
        yield (*path, key)
        yield from places(value, (*path, key))


PLACES = list(places(DEFAULT))
WRONG = st.one_of(
    st.none(),
    st.booleans(),
    st.sampled_from(
        [0, 1, -1, 2, 10**9, 0.0, 0.5, -0.5, 1e-300, 1e300, float("nan"), float("inf"), "", "none", "kl", [], {}]
    ),
    st.integers(-5, 200),
    st.floats(allow_nan=True),
    st.text(max_size=8),
    st.lists(st.one_of(st.integers(-2, 5), st.text(max_size=3)), max_size=3),
    st.dictionaries(st.one_of(st.text(max_size=3), st.integers()), st.integers(), max_size=2),
)


CHANGES = st.lists(
    st.tuples(
        st.sampled_from(PLACES),
        st.one_of(
            st.tuples(st.just("replaced by"), WRONG),
            st.tuples(st.just("named with"), st.sampled_from(["s", "_", "X", " "])),
            st.tuples(st.just("times"), st.sampled_from([-1, 0, 0.1, 10, 1000])),
            st.tuples(st.sampled_from(["removed", "twice", "reversed"]), st.none()),
        ),
    ),
    min_size=1,
    max_size=2,
)


def changed(changes):
    """The default with some changes, of which those are left out that cannot be made."""
    config = json.loads(json.dumps(DEFAULT))  # in which no part is shared by two keys
    for path, (kind, value) in changes:
        node = config
        try:
            for key in path[:-1]:
                node = node[key]
            old = node[path[-1]]
            match kind:
                case "replaced by":
                    node[path[-1]] = value
                case "removed":
                    del node[path[-1]]
                case "named with" if isinstance(node, dict):
                    node[path[-1] + value] = node.pop(path[-1])
                case "times" if isinstance(old, (int, float)) and not isinstance(old, bool):
                    node[path[-1]] = old * value
                case "twice" if isinstance(old, list):
                    node[path[-1]] = old + old
                case "reversed" if isinstance(old, list):
                    node[path[-1]] = old[::-1]
        except (KeyError, IndexError, TypeError):  # an earlier change took it away
            continue
    return config


def made_of(kind, **config):
    """Makes a model, once; one that would fill the memory only up to a size."""
    ModelConfig(**config)
    made_once(
        kind, json.dumps({name: min(value, 200) if type(value) is int else value for name, value in config.items()})
    )


@functools.cache
def made_once(kind, config):
    MODELS[kind](ModelConfig(**json.loads(config)))


def takes_all(config):
    """Makes of a configuration all that its jobs would make of it before they compute, and raises as they would."""
    for name, entry in config["systems"].items():
        _ = SYSTEMS[entry["system"]]()
        SimulationConfig(**entry["simulate"] | {"window": tuple(entry["simulate"]["window"])})
        compared = compared_rows(config, name) if name in config["rivals"]["systems"] else []
        asked = graph_rows(config, name) if name in config["rivals"]["graphs"]["systems"] else []
        for row in {*trained_rows(config, name), *compared, *asked}:
            setting(config, name, row)
            parts, own = row_parts(config, name, row), row_settings(config, name, row)
            if "loss" in parts:
                rates, weights = (Axis(**axis) for axis in row_axes(config, name, row).values())
                Views(**own["views"])
                TrainingConfig(**candidate_settings(config, name, row)["train"])
                for rate, weight in product(rates.values, weights.values):
                    Experiment(seeds=[0], weight=weight, **own, **parts)
                    TrainingConfig(learning_rate=rate, **own["train"])
                    assert LOSSES[parts["loss"]](weight).needs <= MODELS[parts["model"]].offers
            chosen = {part: name for part, name in parts.items() if part in ("encoder", "input", "field", "decoder")}
            made_of(parts["model"], features=2, **chosen, **own["sizes"])
    for own in hybrid_settings(config).values():
        Experiment(seeds=[0], **own)
        TrainingConfig(learning_rate=own["learning_rate"], **own["train"])
        made_of(own["model"], features=2, field=own["field"], **own["sizes"])
    for size in config["sizes"]["tried"]:
        ModelConfig(features=2, **config["systems"][config["dynamics"]["systems"][0]]["sizes"] | size)
    Adaptive(**config["evaluate"])
    ecg = config["ecg"]
    for name in ecg["rows"]:
        entry = beat_settings(config, name)
        Experiment(seeds=replicate_numbers(config, "ecg"), **entry)
        chosen = {part: entry[part] for part in ("encoder", "input", "field", "decoder") if part in entry}
        made_of(entry["model"], features=1, **chosen, **entry["sizes"])
        if "loss" in entry:
            TrainingConfig(learning_rate=entry["learning_rate"], **entry["train"])
            Views(**entry["views"])
            assert LOSSES[entry["loss"]](entry["weight"]).needs <= MODELS[entry["model"]].offers
    for entry in ecg["conditions"].values():
        Condition(**entry)
    for name, entry in ecg["classifiers"].items():
        for split in entry.get("splits", ecg["splits"]):
            Balance(**balance(ecg, split, name))
    for kind, classifier in CLASSIFIERS.items():
        classifier.settings(**ecg[kind])
    Vote(**ecg["vote"])
    real = config["real"]
    measured = [(config["rivals"]["measured"], name) for name in compared_rows(config, config["rivals"]["measured"])]
    for data, name in [*product(real["data"], real["rows"]), *measured]:
        Hiding(**real["data"][data]["hidden"])
        for goal in goals(config, data):
            entry = series_settings(config, data, goal, name)
            Experiment(seeds=[0], **entry)
            TrainingConfig(learning_rate=entry["learning_rate"], **entry["train"])
            Views(**entry["views"])
            chosen = {part: entry[part] for part in ("encoder", "input", "field", "decoder") if part in entry}
            made_of(entry["model"], features=2, **chosen, **entry["sizes"])
            for weight in real["weights"] if "loss" in entry else ():
                assert LOSSES[entry["loss"]](weight).needs <= MODELS[entry["model"]].offers
    inference = config["inference"]
    for backend, names in inference["flows"].items():
        assert backend in FLOWS
        for name in names:
            for size in (None, *inference["training_sets"].get(backend, [])):
                FlowConfig(backend=backend, **flow_settings(inference, name, size))
    simulated = config["systems"][inference["system"]]["simulate"]
    observing = {key: simulated[key] for key in ("points", "window", "noise")}
    for own in inference["robustness"].values():
        ObservationConfig(**observing | own)
    FlowConfig(**rounds_flow(inference))
    McmcConfig(**inference["reference"]["mcmc"])
    EnsembleConfig(**inference["reference"]["second"])
    FreshConfig(**inference["fresh"]["train"])
    RandomDesigns(**design_settings(config))
    scheduler = config["scheduler"]
    for entry in scheduler["tasks"].values():
        RunConfig(**entry["run"])
        DATA_SETS[entry["data"]](**entry["examples"])
        ((kind, sizes),) = entry["network"].items()
        with torch.device("meta"):
            NETWORKS[kind]((16,) if kind == "transformer" else (1, 28, 28), 10, **sizes)
    for name in scheduler["rows"]:
        fit = FitConfig(**fit_settings(scheduler, name))
        assert LOSSES[fit.loss](fit.weight).needs <= MODELS[fit.model].offers
    for name, entry in scheduler["learners"].items():
        assert entry["policy"] in POLICIES
        LookAheadConfig(**look_ahead_settings(scheduler, name))
    assert set(scheduler["solvable"]["tasks"]) <= set(SOLVABLE_TASKS)
    PlanConfig(**TrialConfig(**trial_settings(scheduler)).plan)
    steering = Steering(**steering_settings(scheduler))
    FitConfig(**steering.fit, mode="min")
    for look_ahead in steering.look_ahead.values():
        LookAheadConfig(**look_ahead)


def test_the_default_is_taken():
    takes_all(DEFAULT)


def refused_by_name_or_taken(config, changed_keys):
    """Asserts that a sentence names one of the keys and a remedy, or that all jobs would take the configuration."""
    try:
        check(config)
    except InvalidConfig as error:
        sentence = str(error)
        assert sentence.startswith("config")
        assert "\n" not in sentence
        assert REMEDY.search(sentence.partition(" (every key is described in")[0]), sentence
        assert any(key in sentence for key in changed_keys), sentence
    else:
        takes_all(config)


def test_a_changed_configuration_is_refused_by_name_or_taken():
    tried = set()

    @settings(max_examples=200, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(CHANGES)
    def each(changes):
        config = changed(changes)
        tried.add(repr(config))
        named = [[key for key in path if isinstance(key, str)] for path, _ in changes]
        gone = [keys[-2] for keys, (_, (kind, _)) in zip(named, changes, strict=True) if kind == "removed" and keys[1:]]
        refused_by_name_or_taken(config, [keys[-1] for keys in named] + gone)

    each()
    assert len(tried - {repr(DEFAULT)}) > 100


@settings(max_examples=4, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(CHANGES)
def test_a_changed_configuration_that_is_taken_can_be_planned(checkout, changes):
    config = changed(changes)
    try:
        check(config)
    except InvalidConfig:
        assume(False)
    assume(config != DEFAULT)
    for file in FILES:
        (checkout.folder / file).write_text("{}")
    (checkout.folder / FILES[0]).write_text(yaml.safe_dump(config, sort_keys=False))
    assert checkout.to_run(scale="hour")["all"] == 1
