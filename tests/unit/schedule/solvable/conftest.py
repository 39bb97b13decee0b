import pytest

from pathlode.schedule.solvable.river import River


@pytest.fixture
def narrow_river():
    """A river with a flatter bed, for which there are numbers of an implementation apart from this one."""
    task = River()
    for values, own in ((task.curvature, 0.05), (task.noises, 0.025), (task.begin, 400.0)):
        values[-1] = own
    return task
