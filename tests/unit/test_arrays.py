import numpy as np

from pathlode.arrays import load_groups, save_groups


def test_groups_come_back_in_their_order_with_what_is_asked_for(tmp_path):
    path = tmp_path / "evaluation.npz"
    groups = {"path+kl": {"z0": np.arange(3), "nmse": np.ones(2)}, "kl": {"z0": np.arange(4), "nmse": np.zeros(2)}}
    save_groups(path, groups)
    loaded = load_groups(path, "z0")
    assert list(loaded) == ["path+kl", "kl"]
    assert [list(named) for named in loaded.values()] == [["z0"], ["z0"]]
    assert np.array_equal(loaded["kl"]["z0"], np.arange(4))
