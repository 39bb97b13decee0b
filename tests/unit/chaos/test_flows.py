"""Flows of dysts: their equations in our units, and what is refused."""

import numpy as np
import pytest
import yaml
from workflow_checkout import PROJECT

from pathlode.chaos import flows
from pathlode.chaos.flows import flow, spread_flows, usable_flows
from pathlode.dynamics.systems.lorenz import Lorenz
from pathlode.errors import ConfigError


def test_lorenz_is_ours_but_for_a_rounded_constant():
    own = flow("Lorenz")
    mean, std, period = (np.asarray(own.known[name]) for name in ("mean", "std", "period"))
    assert own.exponent / period == pytest.approx(0.906, rel=0.03)  # the exponent per unit of time
    states = np.random.default_rng(0).normal(size=(5, 3))
    ours = Lorenz().velocity(np.empty((5, 0)), states * std + mean) * period / std
    np.testing.assert_allclose(own.velocity(states), ours, rtol=0.02, atol=1e-2)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("Lorenzo", "dysts has no flow 'Lorenzo': did you mean Lorenz or "),
        ("MackeyGlass", "the flow MackeyGlass has a delay, .*: choose another one, such as Lorenz"),
        ("ForcedVanDerPol", "the flow ForcedVanDerPol depends on time or .*: choose another one, such as Lorenz"),
        ("BeerRNN", "the flow BeerRNN has stochastic parts or equations that are not evaluated .*: choose another one"),
    ],
)
def test_flows_that_are_no_batch_of_an_autonomous_ode_are_refused(name, message):
    with pytest.raises(ConfigError, match=message):
        flow(name)


def test_random_equations_are_refused(monkeypatch):
    class Noisy:
        def rhs(self, states, time):
            return tuple(states.T + np.random.default_rng().normal())

    monkeypatch.setattr(flows, "_equations", lambda name: Noisy())
    flows._takes_batches.cache_clear()
    try:
        with pytest.raises(ConfigError, match="the flow Rossler has stochastic parts"):
            flow("Rossler")
    finally:
        flows._takes_batches.cache_clear()


def test_the_flows_of_the_configuration_are_chosen_by_the_stated_rule():
    hour, night = (
        yaml.safe_load((PROJECT / f"config/{scale}.yaml").read_text())["chaos"]["data"]["irregular"]["flows"]
        for scale in ("chaos", "night")
    )
    assert hour == spread_flows(10, 0.4, 3.0)
    escaping = {"SprottJerk", "WindmiReduced"}
    assert night == [name for name in usable_flows(0.4, 3.0) if name not in escaping]


def test_without_dysts_the_extra_is_named(monkeypatch):
    monkeypatch.setattr(flows, "find_spec", lambda name: None)
    flows._metadata.cache_clear()
    try:
        with pytest.raises(ConfigError, match=r"need the package dysts, .*pip install 'pathlode\[chaos\]'"):
            flow("Lorenz")
    finally:
        flows._metadata.cache_clear()
