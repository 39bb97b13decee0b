"""The latent ODE's scheduler with past runs in place of predicted futures."""

from pathlode.schedule.nearest import NearestRunsLR
from pathlode.schedule.policies.contract import Training
from pathlode.schedule.policies.look_ahead import Learnt, LookAhead
from pathlode.schedule.scheduler import LatentODELR


class Nearest(LookAhead):
    """The rates that followed in the most similar past runs. Only the model's clock and best run are used.

    Source: ours, as a rival.
    """

    def _scheduler(self, training: Training, learnt: Learnt) -> LatentODELR:
        return NearestRunsLR(self.optimizer, learnt.model, training.steps, learnt.config, runs=learnt.runs)
