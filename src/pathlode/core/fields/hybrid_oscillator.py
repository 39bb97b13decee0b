"""A damped oscillator of known form beside a learnt field."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

import torch
from torch import Tensor

from pathlode.core.fields.hybrid import HybridField
from pathlode.core.shapes import State


class HybridOscillator(HybridField):
    """q̈ = -k q - θ q̇ with h_e = (q, q̇), beside the learnt dh_m/dτ = s · tanh(MLP(h_e, h_m)).

    The rest is that of :class:`pathlode.core.fields.hybrid.HybridField`.
    Stiffness k and damping θ are identifiable: no linear map of h_e changes the eigenvalues -θ/2 ± i √(k - θ²/4). In the data's
    unit of time, the stiffness is k / time_unit² and the damping θ / time_unit.

    Source: Qian et al. 2021, Integrating expert ODEs into neural ODEs (https://arxiv.org/abs/2106.02875), with an expert of
    ours.
    """

    variables = 2
    constants: ClassVar[Mapping[str, float]] = {"stiffness": 1.0, "damping": 0.1}

    @staticmethod
    def expert(h: State, constants: Sequence[Tensor]) -> State:
        stiffness, damping = constants
        q, v = h.split(1, dim=-1)
        return torch.cat([v, -stiffness * q - damping * v], dim=-1)
