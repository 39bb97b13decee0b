"""The latent ODE's scheduler with past runs in place of predicted futures."""

from pathlode.schedule.nearest import NearestRunsLR
from pathlode.schedule.policies.contract import Training
from pathlode.schedule.policies.look_ahead import Learnt, LookAhead
from pathlode.schedule.run_model import RunModel
from pathlode.schedule.scheduler import LatentODELR


class Nearest(LookAhead):
    """The rates that followed in the most similar past runs. Only the model's clock and best run are used."""

    def _scheduler(self, training: Training, model: RunModel, learnt: Learnt) -> LatentODELR:
        return NearestRunsLR(self.optimizer, model, training.steps, learnt.config, runs=learnt.runs)
