"""Prey and predators of known form beside a learnt field."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

import torch
from torch import Tensor

from pathlode.core.fields.hybrid import HybridField
from pathlode.core.shapes import State


class HybridLotkaVolterra(HybridField):
    """The Lotka-Volterra equations of prey x = e^u and predators y = e^w, with h_e = (u, w) their logarithms:

    du/dτ = α - β e^w and dw/dτ = δ e^u - γ, which are ẋ = αx - βxy and ẏ = δxy - γy.

    Beside them is the learnt rest of :class:`pathlode.core.fields.hybrid.HybridField`. Populations are positive for every h_e,
    so an orbit never leaves the domain of the equations; in x and y themselves an orbit from negative numbers would become
    infinite.

    The rates α and γ are identifiable from logarithms of both populations. β and δ are so only with the unit of each
    population: u + c and δ e^-c have the same orbit. All are per τ."""

    variables = 2
    constants: ClassVar[Mapping[str, float]] = {"alpha": 1.0, "beta": 1.0, "gamma": 1.0, "delta": 1.0}

    @staticmethod
    def expert(h: State, constants: Sequence[Tensor]) -> State:
        alpha, beta, gamma, delta = constants
        prey, predators = h.exp().split(1, dim=-1)
        return torch.cat([alpha - beta * predators, delta * prey - gamma], dim=-1)
