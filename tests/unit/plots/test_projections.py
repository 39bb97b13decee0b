import sys

import numpy as np
import pytest

from pathlode.errors import ConfigError
from pathlode.plots.projections import in_a_plane, principal_components, projected


def test_umap_without_its_package_says_what_to_do(monkeypatch):
    monkeypatch.setitem(sys.modules, "umap", None)
    with pytest.raises(ConfigError, match="pip install umap-learn, or choose pca"):
        projected(np.eye(4), "umap")


def test_the_map_shows_principal_components():
    along = np.array([-3.0, -1.0, 1.0, 3.0])  # correlated: the components are (1, 1) and (1, -1), whatever the units
    across = np.array([1.0, -1.0, -1.0, 1.0])
    z0 = np.stack([along + across, 100 * (along - across)], axis=1)
    places = principal_components(z0)
    spread = np.sqrt(6)  # of each column, in units of the first: the variances of along and across are 5 and 1
    assert places[:, 0] == pytest.approx(np.sqrt(2) * along / spread)
    assert np.abs(places[:, 1]) == pytest.approx(np.sqrt(2) * np.abs(across) / spread)


def test_the_map_of_one_latent_dimension_is_flat():
    places = principal_components(np.array([[1.0], [2.0], [3.0]]))
    assert places[:, 1].tolist() == [0, 0, 0]


def test_beats_that_lie_apart_are_apart_in_the_plane():
    rng = np.random.default_rng(0)
    z0 = np.concatenate([rng.normal(size=(30, 4)), rng.normal(size=(30, 4)) + 30]).astype(np.float32)
    plane = in_a_plane(z0)
    assert plane.shape == (60, 2)
    near, far = plane[:30], plane[30:]
    spread = max(np.ptp(near, axis=0).max(), np.ptp(far, axis=0).max())
    assert np.linalg.norm(near.mean(axis=0) - far.mean(axis=0)) > spread / 2
