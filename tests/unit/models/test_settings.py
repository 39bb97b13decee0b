import pytest

from pathlode.errors import ConfigError
from pathlode.models.settings import ModelConfig


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"hidden": 0}, "model.hidden is 0"),
        ({"encoder_hidden": 0}, "model.encoder_hidden is 0"),
        ({"time_unit": 0.0}, "model.time_unit"),
        ({"encoder": "gur"}, "unknown encoder 'gur': expected one of gru, lstm, rnn"),
    ],
)
def test_wrong_sizes_are_refused_when_made(change, message):
    with pytest.raises(ConfigError, match=message):
        ModelConfig(**{"features": 2, **change})
