import numpy as np
import pytest

from pathlode.dynamics.probes import linear_probe, probed, unexplained


def test_a_linear_probe_reads_what_is_linear_and_nothing_else():
    rng = np.random.default_rng(0)
    z0 = rng.normal(size=(2000, 3))
    parameters = np.stack([z0 @ [1.0, -2.0, 0.5] + 7, rng.normal(size=2000)], axis=1)
    linear, noise = linear_probe(z0[:1000], parameters[:1000], z0[1000:], parameters[1000:])
    assert linear == pytest.approx(1.0)
    assert noise == pytest.approx(0.0, abs=0.02)


def test_a_map_that_is_off_by_a_known_number():
    """Fitted to y = x, tested on y = x + 1 at x = -3, -1, 1, 3: a residual of 1 and a variance of 5 leave a fifth."""
    x = np.array([[-3.0], [-1.0], [1.0], [3.0]])
    r2 = linear_probe(x, x, x, x + 1)
    assert r2.tolist() == pytest.approx([0.8])
    assert unexplained(r2).tolist() == pytest.approx([0.2])


def test_a_table_has_a_line_a_row_seed_and_parameter_and_one_for_their_mean():
    x = np.array([[-3.0], [-1.0], [1.0], [3.0]])
    z0 = np.stack([x, x])
    known, unseen = np.hstack([x, x]), np.hstack([x, x + 1])
    table = probed(
        {"path": (z0, z0), "kl": (z0, z0)}, (np.stack([known, known]), np.stack([unseen, unseen])), ["a", "b"], [4, 7]
    )
    assert list(table.columns) == ["row", "seed", "parameter", "r2", "unexplained"]
    assert len(table) == 2 * 2 * 3
    one = table[(table["row"] == "kl") & (table["seed"] == 7)].set_index("parameter")
    assert one["unexplained"].to_dict() == pytest.approx({"a": 0.0, "b": 0.2, "mean": 0.1})
    assert np.allclose(one["r2"] + one["unexplained"], 1)
