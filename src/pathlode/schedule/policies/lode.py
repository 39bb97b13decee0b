"""The latent ODE's scheduler."""

from pathlode.schedule.policies.contract import Training
from pathlode.schedule.policies.look_ahead import Learnt, LookAhead
from pathlode.schedule.scheduler import LatentODELR


class Lode(LookAhead):
    """The rates of those futures for which a latent ODE of past runs predicts the best final metric.

    Source: Sampson & Melchior 2025 (https://arxiv.org/abs/2509.23052).
    """

    def _scheduler(self, training: Training, learnt: Learnt) -> LatentODELR:
        return LatentODELR(self.optimizer, learnt.model, training.steps, learnt.config)
