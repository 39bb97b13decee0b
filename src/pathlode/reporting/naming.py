"""Names in tables and figures, from names in the configuration."""

import re

PROPER = {"lane_emden": "Lane-Emden", "lorenz": "Lorenz-63", "lotka_volterra": "Lotka-Volterra"}
"""Systems named after people."""
SYMBOLS = {"alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "theta": "θ", "x0": "x₀", "y0": "y₀"}
"""Quantities that are not written as they are named."""


def readable(name: str) -> str:
    """A name as words, for example ``lotka_volterra_fixed_start`` as ``Lotka-Volterra fixed start``."""
    for own, proper in PROPER.items():
        name = re.sub(rf"^{own}(?=_|$)", proper, name)
    return name.replace("_", " ")


def symbol(name: str) -> str:
    """A quantity or a parameter as it stands on an axis, for example ``theta`` as ``θ``."""
    return SYMBOLS.get(name, readable(name))
