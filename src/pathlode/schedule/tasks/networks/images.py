"""Checks shared by networks that read images."""

from collections.abc import Sequence

from pathlode.errors import ConfigError


def refuse_unless_images(network: str, shape: Sequence[int]) -> None:
    """Refuses data whose inputs are not images.

    Args:
        network: the network's name, for the message.
        shape: shape of one input.

    Raises:
        ConfigError: if the shape is not (channel, height, width).
    """
    if len(shape) != 3:
        raise ConfigError(
            f"the network {network} reads images (channel, height, width), got data of shape {tuple(shape)}"
        )
