"""Names in tables and figures for people of what has another in a configuration."""

import re

PROPER = {"lane_emden": "Lane-Emden", "lorenz": "Lorenz-63", "lotka_volterra": "Lotka-Volterra"}
"""Systems that are called after people."""


def readable(name: str) -> str:
    """A name as words, for example ``lotka_volterra_fixed_start`` as ``Lotka-Volterra fixed start``."""
    for own, proper in PROPER.items():
        name = re.sub(rf"^{own}(?=_|$)", proper, name)
    return name.replace("_", " ")
