import pytest

from pathlode.core.encoders.contract import Encoder
from pathlode.dynamics.systems.contract import System
from pathlode.errors import ConfigError
from pathlode.registry import ENCODERS, LOSSES, SYSTEMS
from pathlode.training.losses.contract import Loss


@pytest.mark.parametrize(("registry", "base"), [(ENCODERS, Encoder), (LOSSES, Loss), (SYSTEMS, System)])
def test_entries_are_documented_classes_of_their_kind(registry, base):
    for entry in registry.values():
        assert issubclass(entry, base)
        assert len(entry.__doc__) > 40


def test_unknown_name():
    with pytest.raises(
        ConfigError, match="unknown loss 'pth': expected one of path, kl, none, displacement, path\\+kl"
    ):
        LOSSES["pth"]
