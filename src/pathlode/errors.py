"""The errors that pathlode raises. Each message is one sentence that names the place and the remedy."""

import math
from numbers import Integral, Real


class PathlodeError(ValueError):
    """Base of every error that a user can mend; its text is meant to be shown without a traceback."""


class ConfigError(PathlodeError):
    """A setting is unknown, missing or out of range."""


class DataError(PathlodeError):
    """Times, values or a data file cannot be used as they are."""


class SolverError(PathlodeError):
    """An ODE could not be integrated within the given tolerance or number of steps."""


class DivergenceError(PathlodeError):
    """Training produced a loss or a gradient that is not finite."""


class CheckpointError(PathlodeError):
    """A checkpoint or model file is unreadable, belongs to another configuration or code, or cannot hold what it is given."""


def is_count(value: object) -> bool:
    """Whether this is a whole number of at least 1."""
    return isinstance(value, Integral) and not isinstance(value, bool) and int(value) >= 1


def is_positive(value: object) -> bool:
    """Whether this is a finite number above 0."""
    return isinstance(value, Real) and not isinstance(value, bool) and 0 < float(value) < math.inf


def refuse_unless(settings: object, *rules: tuple[str, bool, str]) -> None:
    """Refuses settings if one of them breaks its rule.

    Args:
        settings: an object with these attributes.
        rules: an attribute's name, whether its value is allowed, and what was expected.

    Raises:
        ConfigError: naming the first attribute at fault, its value, and what was expected.
    """
    for name, allowed, expected in rules:
        if not allowed:
            raise ConfigError(f"{name} is {getattr(settings, name)}, expected {expected}")
