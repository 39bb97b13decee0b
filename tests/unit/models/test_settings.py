import pytest

from pathlode.errors import ConfigError
from pathlode.models.settings import ModelConfig


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"hidden": 0}, "model.hidden is 0"),
        ({"encoder_hidden": 0}, "model.encoder_hidden is 0"),
        ({"time_unit": 0.0}, "model.time_unit"),
        ({"augment": -1}, "model.augment is -1, expected a whole number of at least 0"),
        (
            {"augment": 10},
            "model.augment is 10, but the state has 10 dimensions, of which z0 sets one or more: lower it",
        ),
        (
            {"field": "second_order", "hidden": 5},
            "model.hidden is 5, but the field 'second_order' needs an even number: change it, or choose",
        ),
        (
            {"field": "hybrid_oscillator", "hidden": 1},
            "the field 'hybrid_oscillator' needs at least 2: change",
        ),
        ({"field": "hybrid"}, "unknown field 'hybrid': expected one of bounded, controlled"),
        ({"encoder": "gur"}, "unknown encoder 'gur': expected one of gru, lstm, rnn"),
    ],
)
def test_wrong_sizes_are_refused_when_made(change, message):
    with pytest.raises(ConfigError, match=message):
        ModelConfig(**{"features": 2, **change})
