import numpy as np
import pytest

from pathlode.core.decoders.contract import Decoder
from pathlode.core.encoders.contract import Encoder
from pathlode.core.fields.contract import VectorField
from pathlode.core.fields.hybrid import HybridField
from pathlode.dynamics.systems.contract import System
from pathlode.errors import ConfigError
from pathlode.models.contract import SequenceModel
from pathlode.registry import (
    DECODERS,
    ENCODERS,
    FIELDS,
    INPUTS,
    KNOWN_PARTS,
    LOSSES,
    MODELS,
    SYSTEMS,
    entries_of,
    offered,
    parts_of,
)
from pathlode.training.losses.contract import Loss

KINDS = [
    (MODELS, SequenceModel),
    (FIELDS, VectorField),
    (DECODERS, Decoder),
    (ENCODERS, Encoder),
    (LOSSES, Loss),
    (SYSTEMS, System),
]


@pytest.mark.parametrize(("registry", "base"), KINDS)
def test_entries_are_documented_classes_of_their_kind(registry, base):
    for entry in registry.values():
        assert issubclass(entry, base)
        assert len(entry.__doc__) > 40


def test_unknown_name():
    with pytest.raises(
        ConfigError, match="unknown loss 'pth': expected one of path, kl, kl_annealed, none, displacement, path\\+kl"
    ):
        LOSSES["pth"]
    assert "pth" not in LOSSES
    assert "path" in LOSSES


def test_a_class_has_the_name_under_which_it_is_registered():
    assert [MODELS.name(model) for model in MODELS.values()] == list(MODELS)
    with pytest.raises(ConfigError, match="test_registry:Other is not registered as a model: add it"):
        MODELS.name(Other)


class Other:
    pass


def test_what_a_model_is_made_of():
    assert parts_of("latent_ode") == {
        "encoder": ENCODERS,
        "input": INPUTS,
        "field": FIELDS,
        "decoder": DECODERS,
        "loss": LOSSES,
    }
    assert list(parts_of("curve")) == ["encoder", "input", "loss"]
    assert parts_of("constant") == {}


def test_what_a_model_offers_depends_on_its_field():
    assert offered("observed_ode", "gated") == MODELS.words("observed_ode")
    assert offered("observed_ode") == MODELS.words("observed_ode") - {"gates"}
    assert offered("observed_ode", "galerkin") == MODELS.words("observed_ode") - {"gates", "weights"}
    assert offered("latent_ode", "galerkin") == MODELS.words("latent_ode")
    assert offered("curve") == MODELS.words("curve")


def test_a_line_says_more_than_a_path():
    assert LOSSES.path("path+kl") == (
        "pathlode.training.losses.path_length_and_kullback_leibler:PathLengthAndKullbackLeibler"
    )
    assert LOSSES.words("path+kl") == {"training", "path", "posterior"}
    assert ENCODERS.words("gru") == frozenset()


def test_entries_are_those_of_the_model_and_its_parts():
    names = [entry.partition(":")[2] for entry in entries_of("latent_ode", field="controlled", loss="kl")]
    assert names == ["LatentODE", "GRU", "linear", "ControlledField", "LinearDecoder", "KullbackLeibler"]
    assert [entry.partition(":")[2] for entry in entries_of("curve", encoder="lstm")] == ["Curve", "LSTM", "linear"]
    assert entries_of("constant") == ["pathlode.models.constant:Constant"]


@pytest.mark.parametrize("name", list(SYSTEMS))
def test_systems_are_positive_whose_line_says_so(name):
    system = SYSTEMS[name]()
    parameters = system.draw(40, np.random.default_rng(0))
    solution = system.solution(parameters, np.linspace(0.1, 5, 30)[None].repeat(40, 0))
    assert (solution.min() >= 0) == ("positive" in SYSTEMS.words(name))


def test_every_field_with_a_known_part_has_systems_of_which_it_is():
    assert {name for name, field in FIELDS.items() if issubclass(field, HybridField)} == set(KNOWN_PARTS)
    assert {system for systems in KNOWN_PARTS.values() for system in systems} <= set(SYSTEMS)
