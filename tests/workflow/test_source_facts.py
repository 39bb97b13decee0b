import inspect

import pytest

from pathlode.schedule.runs import FEWEST
from pathlode.schedule.tasks.networks.cnn import Cnn
from workflow.source_facts import constant_at, defaults


def test_constants_are_those_of_the_module():
    assert constant_at("pathlode.schedule.runs:FEWEST") == FEWEST
    with pytest.raises(LookupError, match="pathlode.schedule.runs has no constant MOST"):
        constant_at("pathlode.schedule.runs:MOST")


def test_defaults_are_those_of_the_class():
    taken = inspect.signature(Cnn).parameters.items()
    expected = {name: given.default for name, given in taken if given.default is not given.empty}
    assert defaults("pathlode.schedule.tasks.networks.cnn:Cnn") == expected
    with pytest.raises(LookupError, match="has no class ResNet with an __init__ of its own"):
        defaults("pathlode.schedule.tasks.networks.cnn:ResNet")
