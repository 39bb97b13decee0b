from pathlode.dynamics.artefacts import COST
from pathlode.dynamics.cost import cost
from pathlode.models.settings import ModelConfig
from pathlode.registry import MODELS


def test_a_member_costs_its_share_of_the_time_and_its_own_parameters():
    model = MODELS["constant"](ModelConfig(features=2), (0, 1, 2, 3))
    found = cost(model, seconds=6.0)
    assert list(found) == list(COST)
    assert found == {"n_parameters": model.parameters_per_member, "train_seconds": 1.5}
    assert found["n_parameters"] == cost(MODELS["constant"](ModelConfig(features=2), (0,)), 6.0)["n_parameters"]
