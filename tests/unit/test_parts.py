from dataclasses import fields

import pytest

from pathlode.errors import ConfigError
from pathlode.models.curve import Curve
from pathlode.models.settings import ModelConfig
from pathlode.parts import (
    MODEL_SETTINGS,
    entries_of,
    kind_of,
    needed_of_state,
    offered,
    parts_of,
    refuse_unused,
    taken,
    unmet,
    without_unused,
)
from pathlode.registry import DECODERS, ENCODERS, FIELDS, INPUTS, LOSSES, MODELS
from pathlode.training.settings import TrainingConfig


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


def test_entries_are_those_of_the_model_and_its_parts():
    names = [entry.partition(":")[2] for entry in entries_of("latent_ode", field="controlled", loss="kl")]
    assert names == ["LatentODE", "GRU", "linear", "ControlledField", "LinearDecoder", "KullbackLeibler"]
    assert [entry.partition(":")[2] for entry in entries_of("curve", encoder="lstm")] == ["Curve", "LSTM", "linear"]
    assert entries_of("constant") == ["pathlode.models.constant:Constant"]


def test_every_setting_is_known_and_taken_by_some_model():
    assert {field.name for field in fields(ModelConfig)} <= MODEL_SETTINGS
    assert set().union(*map(taken, MODELS)) == MODEL_SETTINGS


def test_what_has_no_effect_on_a_model_is_left_out_or_refused():
    shared = {"hidden": 8, "augment": 2, "solver": "alf", "steps": 100}
    assert without_unused("curve", shared) == {"hidden": 8, "steps": 100}
    assert without_unused("latent_ode", shared) == shared
    assert without_unused("constant", shared) == {"steps": 100}
    refuse_unused("curve", "train", TrainingConfig(steps=7))
    with pytest.raises(ConfigError, match="train.solver is 'alf', but the model curve takes no solver: remove it"):
        refuse_unused("curve", "train", TrainingConfig(solver="alf"))


def test_what_a_field_does_not_take_has_no_effect_unless_another_part_takes_it():
    shared = {"width": 9, "depth": 1, "time_unit": 2.0}
    assert without_unused("observed_ode", shared) == shared
    assert without_unused("observed_ode", shared, "piecewise_linear") == {"width": 9, "time_unit": 2.0}
    assert without_unused("observed_ode", shared, "linear") == {"time_unit": 2.0}
    assert without_unused("latent_ode", shared, "linear") == shared  # for the network that makes h from z0
    assert without_unused("curve", shared, "linear") == shared


@pytest.mark.parametrize(
    ("name", "sizes", "expected"),
    [
        ("cru", {"latent": 5}, ("latent", "an even number of at least 4")),
        ("cru", {"latent": 2}, ("latent", "an even number of at least 4")),
        ("cru", {"latent": 6}, None),
        ("neural_flow", {"latent": 1, "hidden": 1}, ("hidden", "at least 2")),
        ("al_rnn", {"features": 3, "hidden": 2}, ("hidden", "at least 3")),
        ("al_rnn", {"features": 3, "hidden": 3}, None),
        ("al_rnn", {"hidden": 1}, None),
    ],
)
def test_a_size_that_a_model_cannot_have_is_found(name, sizes, expected):
    assert unmet(MODELS, name, sizes) == expected


def test_a_field_says_which_states_it_takes():
    assert [needed_of_state("second_order", size) for size in (4, 5)] == [None, "an even number"]
    assert [needed_of_state("bounded", size) for size in (1, 5)] == [None, None]


def test_a_subclass_is_of_the_kind_of_its_base():
    class Other(Curve):
        pass

    assert (kind_of(Curve), kind_of(Other), kind_of(dict)) == ("curve", "curve", None)
