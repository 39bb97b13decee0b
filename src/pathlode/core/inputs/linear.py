"""Standardised values."""

from pathlode.core.shapes import Values


def linear(values: Values, mean: Values, std: Values) -> Values:
    """u = (x - mean) / std, with each feature's mean and standard deviation over the training data, as in the papers.

    Args:
        values: x, (member, batch, time, feature).
        mean: (member, 1, 1, feature).
        std: (member, 1, 1, feature).

    Source: Sampson & Melchior 2025 (https://arxiv.org/abs/2410.08923).
    """
    return (values - mean) / std
