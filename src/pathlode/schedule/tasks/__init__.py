"""Classification tasks for the comparison of learning-rate policies: pairs of a small data set and a small network."""

from pathlode.schedule.tasks.contract import Task
from pathlode.schedule.tasks.data import Data, DataSet, Examples

__all__ = ["Data", "DataSet", "Examples", "Task"]
