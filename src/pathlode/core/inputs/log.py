"""Logarithm of positive values."""

from pathlode.core.shapes import Values

OFFSET = 0.1
"""Value, in standard deviations, below which the logarithm hardly changes: noise on small values has no large effect."""


def log(values: Values, mean: Values, std: Values) -> Values:
    """u = ln(max(x, 0) / std + 0.1), for data that are positive but for noise and vary by factors, such as populations.

    Args:
        values: x, (member, batch, time, feature).
        mean: has no effect.
        std: each feature's standard deviation over the training data, (member, 1, 1, feature).

    Source: ours.
    """
    return (values.clamp_min(0.0) / std + OFFSET).log()
