import pytest

from pathlode.errors import ConfigError
from pathlode.models.settings import ModelConfig
from pathlode.registry import MODELS


@pytest.mark.parametrize("kind", ["al_rnn", "shallow_plrnn"])
@pytest.mark.parametrize("name", ["static", "inputs"])
def test_a_map_refuses_what_it_would_not_read(kind, name):
    with pytest.raises(ConfigError, match=f"model.{name} is 1, but a map from one state to the next reads neither "):
        MODELS[kind](ModelConfig(features=2, hidden=3, **{name: 1}))
