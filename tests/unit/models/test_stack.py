import pytest
import torch

from pathlode.errors import ConfigError
from pathlode.models.settings import ModelConfig
from pathlode.models.stack import ModelStack
from pathlode.registry import MODELS


def stack(**settings):
    return ModelStack(ModelConfig(features=2, **settings), seeds=[3, 5, 8])


def test_units_are_0_and_1_and_there_is_one_pair_for_each_part_of_the_data():
    model = stack(static=4, inputs=1, head=1)
    shapes = {name: tuple(getattr(model, name).shape) for name in model.unit_names if name.endswith("mean")}
    assert shapes == {
        "mean": (3, 1, 1, 2),
        "time_mean": (3, 1, 1),
        "static_mean": (3, 1, 4),
        "input_mean": (3, 1, 1, 1),
        "outcome_mean": (3, 1, 1),
    }
    assert all((getattr(model, name) == 1).all() for name in model.unit_names if name.endswith("std"))
    assert stack().unit_names == ("mean", "std", "time_mean", "time_std", "noise", "leverage")


def test_a_conversion_changes_the_type_of_the_model_but_makes_no_unit_less_precise():
    model = stack()
    far = 1e9 + 1 / 3  # single precision rounds it to 1e9
    model.mean = torch.full((3, 1, 1, 2), far, dtype=torch.float64)
    model = model.double().float()
    assert model.dtype == torch.float32
    assert model.mean.dtype == torch.float64
    assert (model.mean == far).all()


def test_chosen_members_keep_their_seeds_units_and_counts():
    model = stack()
    model.time_mean = torch.tensor([1.0, 2.0, 3.0]).view(3, 1, 1)
    model.dates, model.counts = True, (4, 9)
    some = model.chosen([2, 0])
    assert some.seeds == (8, 3)
    assert some.time_mean.flatten().tolist() == [3.0, 1.0]
    assert (some.dates, some.counts) == (True, (4, 9))
    some.time_mean.zero_()
    assert model.time_mean[2] == 3.0


def test_a_member_that_is_not_there_is_refused():
    with pytest.raises(ConfigError, match="there is no member 3: the model has 3, expected 0 to 2"):
        stack().member(3)


def test_weights_of_an_older_file_have_no_noise():
    model = stack()
    model.noise.fill_(2.0)
    weights = {name: part for name, part in model.state_dict().items() if name != "noise"}
    model.take(weights)
    assert (model.noise == 0).all()


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("latent_sde", r"needs the package torchsde, which is not installed: pip install 'pathlode\[sde\]'"),
        ("sindy", r"needs the package pysindy, which is not installed: pip install 'pathlode\[sindy\]'"),
        ("bopdmd", r"needs the package pydmd, which is not installed: pip install 'pathlode\[koopman\]'"),
    ],
)
def test_a_model_is_refused_without_its_package(kind, message, monkeypatch):
    monkeypatch.setattr("pathlode.parts.find_spec", lambda name: None)
    with pytest.raises(ConfigError, match=message):
        MODELS[kind](ModelConfig(features=2))


def test_a_stack_of_none_is_refused(plain):
    with pytest.raises(ConfigError, match="seeds is empty"):
        plain.model(seeds=())


def test_parameters_are_counted_per_member(case):
    assert case.model(seeds=(0,)).parameters_per_member == case.model(seeds=(0, 1)).parameters_per_member
