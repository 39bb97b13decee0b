"""Classification tasks whose training is scheduled: small data sets, small networks, and the pairs of both."""

from pathlode.schedule.tasks.contract import Task
from pathlode.schedule.tasks.data import Data, DataSet, Examples

__all__ = ["Data", "DataSet", "Examples", "Task"]
