import numpy as np
import pytest

from pathlode.errors import DataError
from pathlode.registry import POLICIES
from pathlode.schedule import Runs
from pathlode.schedule.learners import Past
from pathlode.schedule.policies.plan import planned_rates


def last_loss(rates):
    """The training of the past runs, without their noise: the loss falls with the rate and is held up by it."""
    loss = 2.0
    for rate in rates:
        loss += -0.5 * rate * (loss - rate)
    return loss


def test_a_plan_ends_better_than_all_past_runs(runs, model):
    ((name, log_rates),) = POLICIES["plan"].candidates(Past(runs, model, 3)).items()
    assert name == "planned"
    assert log_rates.shape == (model.config.points,)
    highest = np.exp(model.card.ranges["log_lr"][1])
    assert log_rates.max() <= np.log(highest) + 1e-9
    steps = len(runs.table) // len(runs)
    rates = np.exp(np.interp(np.linspace(0, 1, steps), np.linspace(0, 1, len(log_rates)), log_rates))
    past = [last_loss(rows["lr"]) for _, rows in runs.table.groupby("run_id")]
    assert last_loss(rates) < min(past)
    assert rates[-1] < rates[: steps // 2].mean()  # it falls in the end


def test_a_small_metric_is_the_error_itself(runs):
    table = runs.table.assign(val_metric=1 - runs.table["val_metric"])
    assert planned_rates(Runs(table), 20, "min", 1) == pytest.approx(planned_rates(runs, 20, "max", 1), abs=1e-6)


@pytest.mark.parametrize(("mode", "scale"), [("max", 100.0), ("min", -1.0)])
def test_a_metric_that_is_no_share_or_error_is_refused(runs, mode, scale):
    table = runs.table.assign(val_metric=scale * runs.table["val_metric"])
    with pytest.raises(DataError, match="but a plan needs .*; give another metric, or scale it"):
        planned_rates(Runs(table), 20, mode, 1)
