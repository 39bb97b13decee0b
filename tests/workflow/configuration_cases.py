"""What tests of the configuration share: the default with changes."""

import copy

import pytest
from workflow_checkout import PROJECT

from workflow.configuration import InvalidConfig, check, default_config

DEFAULT = default_config(PROJECT)


def merged(*changes):
    """The default with one value replaced, or removed if the value is ``...``."""
    config = copy.deepcopy(DEFAULT)
    for path, value in changes:
        node = config
        for key in path[:-1]:
            node = node[key]
        if value is ...:
            del node[path[-1]]
        else:
            node[path[-1]] = value
    return config


CLASSIFIERS = ("ecg", "classifiers")
CNN, TRANSFORMER = (("scheduler", "tasks", name) for name in ("cnn", "transformer"))
OSCILLATOR = ("systems", "coupled_oscillator")
ROWS = ("dynamics", "rows")


def assert_refused(path, value, message):
    """The default with this one value is refused in one sentence."""
    with pytest.raises(InvalidConfig, match=message) as error:
        check(merged((path, value)))
    assert "\n" not in str(error.value)
