import importlib.util

import pytest

from pathlode.core.solvers.adaptive import Adaptive
from pathlode.errors import ConfigError


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"backend": "jax"}, "solver backend is 'jax', expected one of torchode, torchdiffeq, scipy"),
        ({"backend": "scipy"}, "solver method is 'dopri5', expected one of radau with backend scipy"),
        ({"method": "rk4"}, "solver method is 'rk4', expected one of dopri5, tsit5 with backend torchode"),
        ({"method": "dopri8"}, "expected one of dopri5, tsit5 with backend torchode"),
        ({"method": "tsit5", "backend": "torchdiffeq"}, "expected one of dopri5, dopri8, bosh3, adaptive_heun with"),
        ({"rtol": 0.0}, "rtol=0.0, atol=1e-06, expected both above 0"),
        ({"atol": -1.0}, "rtol=1e-06, atol=-1.0, expected both above 0"),
        ({"max_steps": 0}, "solver max_steps is 0, expected at least 1"),
        ({"adjoint": True}, "solver adjoint is true with backend torchode, expected backend torchdiffeq"),
    ],
)
def test_wrong_settings_are_refused_when_made(settings, message):
    with pytest.raises(ConfigError, match=message):
        Adaptive(**settings)


def test_without_torchdiffeq_one_sentence_says_what_to_install(monkeypatch):
    monkeypatch.setattr("pathlode.core.solvers.adaptive.find_spec", lambda name: None)
    assert importlib.util.find_spec("torchdiffeq") is not None
    with pytest.raises(ConfigError, match=r"not installed: pip install 'pathlode\[torchdiffeq\]', or choose torchode"):
        Adaptive(backend="torchdiffeq")
    Adaptive()
