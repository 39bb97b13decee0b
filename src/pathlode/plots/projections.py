"""Latent vectors in a plane."""

import numpy as np
from numpy.typing import NDArray

from pathlode.arrays import Array
from pathlode.errors import ConfigError


def projected(z0: Array, method: str) -> Array:
    """z0 (trajectory, latent) in two dimensions.

    Args:
        z0: latent vectors.
        method: ``pca`` or ``umap``.

    Raises:
        ConfigError: if the method is ``umap`` and umap-learn is not installed.
    """
    return _umap(z0) if method == "umap" else principal_components(z0)


def principal_components(z0: Array) -> Array:
    """The first two principal components of z0, each latent in units of its standard deviation: (trajectory, 2).

    With one latent, the second component is 0. A component's largest coefficient is positive.
    """
    standard = _standardised(z0)
    axes = np.linalg.svd(standard, full_matrices=False)[2][:2]
    largest = np.take_along_axis(axes, np.abs(axes).argmax(axis=1, keepdims=True), axis=1)
    places = standard @ (axes * np.sign(largest)).T
    return np.pad(places, ((0, 0), (0, 2 - places.shape[1])))


def _umap(z0: Array) -> Array:
    try:
        from umap import UMAP
    except ImportError:
        raise ConfigError(
            "dynamics.projection is umap, but its package is not installed: pip install umap-learn, or choose pca"
        ) from None
    return np.asarray(UMAP(random_state=0).fit_transform(_standardised(z0)))


def _standardised(z0: Array) -> Array:
    return (z0 - z0.mean(axis=0)) / np.maximum(z0.std(axis=0), 1e-12)


def in_a_plane(z0: NDArray[np.float32]) -> NDArray[np.float64]:
    """z0 (beat, latent) in two dimensions by t-SNE, each component in units of its standard deviation.

    Source: van der Maaten & Hinton 2008 (https://jmlr.org/papers/v9/vandermaaten08a.html).
    """
    from sklearn.manifold import TSNE

    plane: NDArray[np.float64] = TSNE(random_state=0, init="pca", perplexity=min(30, len(z0) / 4)).fit_transform(
        z0 / z0.std(axis=0)
    )
    return plane
