"""Orbits of chaotic flows, against Taylor's series, and when they blow up."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from pathlode.chaos import orbits
from pathlode.chaos.flows import flow
from pathlode.chaos.orbits import drawn_states, escaped, flow_orbits
from pathlode.dynamics.systems.lorenz import Lorenz
from pathlode.errors import DataError


def test_orbits_are_those_of_taylors_series():
    own = flow("Lorenz")
    mean, std, period = (np.asarray(own.known[name]) for name in ("mean", "std", "period"))
    start, times = drawn_states(own, 3, np.random.default_rng(1)), torch.tensor([[0.1, 0.3]]).double().expand(3, -1)
    found = flow_orbits(own, start, times).numpy() * std + mean
    np.testing.assert_allclose(found, Lorenz().solution(start.numpy() * std + mean, times.numpy() * period), rtol=2e-3)


def test_an_orbit_that_escapes_slows_down_and_keeps_finite_values():
    own = flow("Rossler")
    start = torch.cat([torch.full((1, 3), 20.0), torch.from_numpy(own.near)[None]]).double()
    found = flow_orbits(own, start, torch.tensor([[0.0, 30.0]]).double().expand(2, -1))
    assert escaped(found).tolist() == [[False, True], [False, False]]
    assert found.abs().max() <= 2 * orbits.ESCAPED + 1e-3


def test_an_orbit_that_the_solver_cannot_follow_is_refused():
    own, few = flow("Rossler"), replace(orbits.FLOW_SOLVER, max_steps=10)
    with pytest.raises(DataError, match="the flow Rossler blows up from the drawn states .*: leave it out, or draw"):
        flow_orbits(own, torch.from_numpy(own.near)[None], torch.tensor([[30.0]]).double(), few)
