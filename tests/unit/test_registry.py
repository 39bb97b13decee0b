import numpy as np
import pytest

from pathlode.core.decoders.contract import Decoder
from pathlode.core.encoders.contract import Encoder
from pathlode.core.fields.contract import VectorField
from pathlode.core.fields.hybrid import HybridField
from pathlode.dynamics.systems.contract import System
from pathlode.models.contract import SequenceModel
from pathlode.registry import DECODERS, ENCODERS, FIELDS, LOSSES, MODELS, SYSTEMS
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


@pytest.mark.parametrize("name", list(SYSTEMS))
def test_systems_are_positive_whose_line_says_so(name):
    system = SYSTEMS[name]()
    parameters = system.draw(40, np.random.default_rng(0))
    solution = system.solution(parameters, np.linspace(0.1, 5, 30)[None].repeat(40, 0))
    assert (solution.min() >= 0) == ("positive" in SYSTEMS.words(name))


def test_every_field_with_a_known_part_has_systems_of_which_it_is():
    assert {name for name, field in FIELDS.items() if issubclass(field, HybridField)} == {
        name for name in FIELDS if FIELDS.fact(name, "known")
    }
    assert {system for name in FIELDS for system in FIELDS.fact(name, "known")} <= set(SYSTEMS)
