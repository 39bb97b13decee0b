"""Functions that users give."""

from collections.abc import Callable
from inspect import signature
from typing import Any


def takes(function: Callable[..., Any], count: int) -> bool:
    """Whether a function can be called with so many arguments, as far as Python knows."""
    try:
        told = signature(function)
    except (TypeError, ValueError):  # built-in functions do not tell
        return True
    try:
        told.bind(*range(count))
    except TypeError:
        return False
    return True
