"""STEER per observation: random times in place of a penalty."""

import torch
from torch import Tensor

from pathlode.core.shapes import Mask, PerMember, Times
from pathlode.models.contract import SequenceModel
from pathlode.models.prediction import Prediction
from pathlode.training.losses.contract import Loss, no_penalty


class RandomEndTime(Loss):
    """½ Σ_i ‖x_i - x̂(t_i')‖² with t_i' = t_i + λ u_i b_i, u_i uniform in [-1, 1), b_i half of the shorter gap to a neighbour.

    There is no penalty, but each observation is compared with the prediction at a random time near its own. For λ ≤ 1 the order
    of the times is kept. The first time, where the integration starts, does not move.

    Source: our variant of STEER, Ghosh et al. 2020 (https://arxiv.org/abs/2006.10711); for theirs see
    :class:`pathlode.training.losses.random_gaps.RandomGaps`.
    """

    needs = frozenset({"training", "field"})
    largest_weight = 1.0  # beyond it times would cross
    random_times = True

    def penalty(self, model: SequenceModel, prediction: Prediction, mask: Mask | None = None) -> PerMember:
        return no_penalty(prediction)

    def random_query(self, times: Times, uniform: Tensor) -> Times:
        gaps = times.diff(dim=-1)
        after = torch.cat([gaps[..., 1:], gaps[..., -1:]], dim=-1)
        room = (
            torch.minimum(gaps, after.where(~after.isnan(), gaps)) / 2
        )  # the last time of a series has no gap after it
        weight = torch.as_tensor(self.weight, dtype=times.dtype, device=times.device).view(-1, 1, 1)
        moved = times[..., 1:] + weight * room * (2 * uniform[..., 1:] - 1)
        return torch.cat([times[..., :1], moved], dim=-1)
