"""A model of training runs as a noisy quadratic: a sum of modes that decay with the rate and are driven by its noise."""

import math

import numpy as np
import torch
from torch import Tensor

from pathlode.arrays import Array
from pathlode.schedule.planning.contract import RatedRuns, RateModel, check_known, check_rates, check_sizes
from pathlode.schedule.planning.recurrence import recurrence

_MODES = 48
"""Number of modes of each member."""
_FASTEST = 1.9
"""Largest curvature in units of 1 / η_max; from 2 on a mode diverges at the largest rate."""
_SLOWEST = 0.4
"""Least curvature in units of 1 / (η_max · steps): such a mode falls to about exp(-0.8) of its start in a whole run."""
_JITTER = 0.3
"""Standard deviation of the differences between the members' ln h, in units of the distance of two modes."""
_RIDGE = 1e-4
"""Weight of the squares of the scaled coefficients: of many good fits one is chosen."""


class QuadraticModes(RateModel):
    """L = Σ_k e_k + c, with e_k ← (1 - η h_k)² e_k + η² (q_k + r_k L) at every step of rate η.

    It is the expected loss of a quadratic with curvatures h_k under stochastic gradients, whose noise has a constant part q and
    one that grows with the loss, r. So a mode decays with the sum of the rates, to a floor that falls with the rate. Within a
    moment, the noise is that of the loss at its start. The logarithms of h are equally spaced, but for small differences
    between the members of an ensemble. Given the losses of the past runs in the place of L on the right, L is linear in e_k at
    the start, q_k, r_k and c. The fit has the least Σ ((L̂ - L) / L)² / L over the moments of all runs, with no coefficient
    below 0: squares of the relative errors, which count the more, the smaller the loss. Few trainings are exactly of this form,
    and a plan ends where losses are least. Members also differ in weights of the runs, drawn from an exponential distribution.

    Args:
        runs: past runs, which set the range of the curvatures.
        members: number of models of each set.
        seed: seed of the members' differences.
        modes: number of modes.

    Raises:
        ConfigError: if there is no member or no mode.
        DataError: if rates or runs do not fit those with which the model was made.

    Source: Zhang et al. 2019, Which algorithmic choices matter at which batch sizes? (https://arxiv.org/abs/1907.04164), the
    noisy quadratic model; the noise in proportion to the loss and the fit are ours.
    """

    def __init__(self, runs: RatedRuns, members: int = 4, seed: int = 0, modes: int = _MODES) -> None:
        check_sizes(members=members, modes=modes)
        self.generator = torch.Generator().manual_seed(seed)
        self.moments = runs.moments
        self.largest = runs.rates.double().amax(dim=(1, 2))
        sets, _, steps = runs.rates.shape
        logs = torch.linspace(math.log(_SLOWEST / steps), math.log(_FASTEST), modes, dtype=torch.float64)
        gap = float(logs[-1] - logs[0]) / max(1, modes - 1)
        apart = torch.randn(members, sets, modes, generator=self.generator, dtype=torch.float64)
        self.curvature = (logs + _JITTER * gap * apart).clamp(max=math.log(_FASTEST)).exp()
        self.first, self.noise, self.gain = (torch.zeros_like(self.curvature) for _ in range(3))
        self.offset = torch.ones(members, sets, 1, dtype=torch.float64)

    def log_losses(self, rates: Tensor) -> Tensor:
        check_rates(rates, len(self.largest), self.moments)
        parts = [each.transpose(0, 1)[:, None] for each in self._driven()]
        curvature, *parameters = (*parts, self.offset.transpose(0, 1)[:, None, :, 0])
        return recurrence(*self._maps(rates, curvature), *parameters).log().permute(3, 1, 2, 0)

    def _driven(self) -> list[Tensor]:
        """h, e at the start, q and r of the modes that are not zero, each (member, set, mode).

        A fit leaves most modes out. Every member of every set has the number of the one with most of them.
        """
        used = (torch.stack([self.first, self.noise, self.gain]) != 0).any(dim=0)
        most = max(1, int(used.sum(dim=-1).max()))
        places = used.byte().argsort(dim=-1, descending=True, stable=True)[..., :most]
        return [each.gather(-1, places) for each in (self.curvature, self.first, self.noise, self.gain)]

    def _maps(self, rates: Tensor, curvature: Tensor) -> tuple[Tensor, Tensor]:
        """What a moment makes of modes with curvatures (set, 1, member, mode), e_k ← d_k e_k + f_k (q_k + r_k L).

        d and f are (moment, set, run, member, mode). Modes are the last axis, because broadcasts are slow along a short
        one.
        """
        relative = (rates.double() / self.largest[:, None, None]).unflatten(2, (self.moments, -1))
        one = torch.ones((), dtype=torch.float64)
        decay, drive = one, torch.zeros_like(one)
        for rate in relative.permute(3, 2, 0, 1)[..., None, None].unbind():
            kept = torch.addcmul(one, rate, curvature, value=-1).square()
            decay, drive = decay * kept, torch.addcmul(rate.square(), drive, kept)
        return decay, drive

    def fit(self, runs: RatedRuns) -> None:
        check_known(runs, len(self.largest), self.moments)
        effects, losses = self._effects(runs), runs.losses.double()
        members, sets, modes = self.curvature.shape
        weights = torch.empty(members, sets, losses.shape[1], dtype=torch.float64)
        roots = weights.exponential_(generator=self.generator).sqrt()
        rows = roots[:, :, None] * losses.transpose(1, 2).rsqrt()  # (member, set, moment, run)
        found = [
            _nonnegative(
                (effects[:, own, :, member] * rows[member, own][..., None]).flatten(0, 1).numpy(),
                rows[member, own].flatten().numpy(),
            )
            for member in range(members)
            for own in range(sets)
        ]
        coefficients = torch.from_numpy(np.stack(found)).unflatten(0, (members, sets))
        self.first, self.noise, self.gain, self.offset = coefficients.split([modes, modes, modes, 1], dim=2)

    def _effects(self, runs: RatedRuns) -> Tensor:
        """The losses over those of the runs as a linear map of (e_k at the start, q_k, r_k, c).

        Its shape is (moment, set, run, member, coefficient). On the right of the equation, the loss before the first moment is
        that at this moment, as no run has logged it.
        """
        decay, drive = self._maps(runs.rates, self.curvature.transpose(0, 1)[:, None])
        losses = runs.losses.double().permute(2, 0, 1)[..., None, None]
        first, noise, gain = torch.ones_like(decay[0]), torch.zeros_like(decay[0]), torch.zeros_like(decay[0])
        before, effects = losses[0], []
        for kept, driven, loss in zip(decay, drive, losses, strict=True):
            first, noise, gain = kept * first, kept * noise + driven, kept * gain + driven * before
            effects.append(torch.cat([first, noise, gain, torch.ones_like(first[..., :1])], dim=-1) / loss)
            before = loss
        return torch.stack(effects)


def _nonnegative(matrix: Array, aim: Array) -> Array:
    """The x ≥ 0 with the least |matrix x - aim|², and a ridge on x in units of the columns."""
    from scipy.optimize import nnls

    scale = np.linalg.norm(matrix, axis=0)
    scale[scale == 0] = 1.0
    unknowns = len(scale)
    system = np.column_stack([matrix / scale, aim])
    ridge = np.column_stack([_RIDGE * np.eye(unknowns), np.zeros(unknowns)])
    # PyTorch's, which takes PyTorch's number of threads: on a busy machine NumPy's threads spend their time waiting
    root = torch.linalg.qr(torch.from_numpy(np.concatenate([system, ridge])), mode="r").R.numpy()
    return np.asarray(nnls(root[:unknowns, :-1], root[:unknowns, -1])[0]) / scale
