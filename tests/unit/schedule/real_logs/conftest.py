import numpy as np
import pytest

from pathlode.schedule.real_logs.contract import LoggedRun


@pytest.fixture
def logged():
    """Makes a run of 200 steps, from its losses as a function of steps, rates and sums of the rates."""

    def make(losses, rate=lambda steps: np.full(len(steps), 0.1), name="run", rows=20):
        moments = np.linspace(0.0, 200.0, 401)
        steps = np.linspace(10.0, 200.0, rows)
        run = LoggedRun("task", name, name, steps, np.ones(rows), moments, rate(moments))
        return LoggedRun("task", name, name, steps, losses(run), moments, rate(moments))

    return make
