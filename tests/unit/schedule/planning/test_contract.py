import pytest
import torch

from pathlode.errors import DataError
from pathlode.schedule.planning.contract import RatedRuns

RATES, LOSSES = torch.ones(2, 3, 8), torch.ones(2, 3, 4)


def test_own_runs_are_added_to_each_set():
    runs = RatedRuns(RATES, LOSSES).joined(RatedRuns(2 * RATES[:, :1], 2 * LOSSES[:, :1]))
    assert runs.rates[:, :, 0].tolist() == [[1.0, 1.0, 1.0, 2.0]] * 2
    assert runs.losses.shape == (2, 4, 4)
    assert runs.moments == 4


def test_shapes_must_fit_each_other():
    with pytest.raises(
        DataError, match="rates have the shape \\(2, 3, 8\\) and losses \\(2, 3, 3\\), expected the same sets"
    ):
        RatedRuns(RATES, torch.ones(2, 3, 3))


@pytest.mark.parametrize("loss", [0.0, float("nan"), float("inf")])
def test_a_diverged_run_is_refused(loss):
    with pytest.raises(DataError, match="not a finite number above 0; leave the run out"):
        RatedRuns(RATES, LOSSES * loss)


@pytest.mark.parametrize("rates", [-RATES, RATES * float("nan"), RATES * torch.tensor([0.0, 1.0, 1.0])[:, None]])
def test_rates_that_no_training_has_are_refused(rates):
    with pytest.raises(
        DataError, match="a rate of the past runs is not a finite number of at least 0, or all of a run are 0"
    ):
        RatedRuns(rates, LOSSES)


@pytest.mark.parametrize("rates", [[[[0.1]]], RATES[0], RATES[:, :0], RATES * 1j])
def test_other_things_than_tensors_of_runs_are_refused(rates):
    with pytest.raises(DataError, match="rates are a .* expected real numbers as a tensor \\(set, run, step\\)"):
        RatedRuns(rates, LOSSES)


def test_runs_with_other_moments_are_not_added():
    with pytest.raises(DataError, match="2 sets, 8 steps and 4 moments, and the others 2 sets, 8 steps and 2 moments"):
        RatedRuns(RATES, LOSSES).joined(RatedRuns(RATES, LOSSES[:, :, :2]))
