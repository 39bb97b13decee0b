import numpy as np

from pathlode.schedule.solvable.artefacts import SolvableSchedules


def test_schedules_survive_a_file(tmp_path):
    rates = {"plan": np.full((2, 3), 0.1), "lode": np.array([[0.2] * 3, [np.nan] * 3])}
    SolvableSchedules("river", [0.3, 0.4], rates).save(tmp_path / "schedules.npz")
    found = SolvableSchedules.load(tmp_path / "schedules.npz")
    assert (found.task, found.others) == ("river", [0.3, 0.4])
    np.testing.assert_array_equal(found.rates["lode"], rates["lode"])
