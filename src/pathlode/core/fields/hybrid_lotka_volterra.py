"""Prey and predators of known form beside a learnt field."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

import torch
from torch import Tensor

from pathlode.core.fields.hybrid import HybridField
from pathlode.core.shapes import State


class HybridLotkaVolterra(HybridField):
    """du/dτ = α - β e^w and dw/dτ = δ e^u - γ with h_e = (u, w), beside the learnt dh_m/dτ = s · tanh(MLP(h_e, h_m)).

    u and w are the logarithms of prey x = e^u and predators y = e^w. These are the Lotka-Volterra equations ẋ = αx - βxy and ẏ
    = δxy - γy. Beside them is the learnt rest of :class:`pathlode.core.fields.hybrid.HybridField`. Populations are positive for
    every h_e, so an orbit never leaves the domain of the equations; in x and y themselves an orbit from negative numbers would
    become infinite.

    The rates α and γ are identifiable from logarithms of both populations. β and δ are so only with the unit of each
    population: u + c and δ e^-c have the same orbit. All are per τ.

    Source: Qian et al. 2021, Integrating expert ODEs into neural ODEs (https://arxiv.org/abs/2106.02875), with an expert of
    ours.
    """

    variables = 2
    constants: ClassVar[Mapping[str, float]] = {"alpha": 1.0, "beta": 1.0, "gamma": 1.0, "delta": 1.0}

    @staticmethod
    def expert(h: State, constants: Sequence[Tensor]) -> State:
        alpha, beta, gamma, delta = constants
        prey, predators = h.exp().split(1, dim=-1)
        return torch.cat([alpha - beta * predators, delta * prey - gamma], dim=-1)
