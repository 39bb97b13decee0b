"""STEER as published: random time between observations in place of a penalty."""

import torch
from torch import Tensor

from pathlode.core.shapes import Mask, PerMember, Times
from pathlode.models.contract import SequenceModel
from pathlode.models.prediction import Prediction
from pathlode.training.losses.contract import Loss, no_penalty


class RandomGaps(Loss):
    """½ Σ_i ‖x_i - x̂(t_i')‖² with t_{i+1}' = t_1 + Σ_{j≤i} Δ_j (1 + λ u_j), Δ_j = t_{j+1} - t_j, and u_j uniform in [-1, 1).

    There is no penalty, but each gap between observations has a random duration in the prediction. Each
    integration starts from the state where the one before it ended, so the times are a random walk: E t_{i+1}' = t_{i+1} and
    Var t_{i+1}' = λ² Σ_{j≤i} Δ_j² / 3. For λ ≤ 1 the order of the times is kept.
    :class:`pathlode.training.losses.random_end_time.RandomEndTime` moves each time by itself instead.

    Source: Ghosh et al. 2020, STEER (https://arxiv.org/abs/2006.10711): its rule for an end time, applied to every gap.
    """

    needs = frozenset({"training", "field"})
    largest_weight = 1.0  # beyond it times would cross
    random_times = True

    def penalty(self, model: SequenceModel, prediction: Prediction, mask: Mask | None = None) -> PerMember:
        return no_penalty(prediction)

    def random_query(self, times: Times, uniform: Tensor) -> Times:
        weight = torch.as_tensor(self.weight, dtype=times.dtype, device=times.device).view(-1, 1, 1)
        gaps = times.diff(dim=-1) * (1 + weight * (2 * uniform[..., 1:] - 1))
        return torch.cat([times[..., :1], times[..., :1] + gaps.cumsum(dim=-1)], dim=-1)
