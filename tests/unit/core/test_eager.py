import subprocess
import sys

import pytest
import torch
from torch import nn
from torch.optim import SGD, AdamW

from pathlode.core.eager import eager


def descended(kind, **settings):
    """Parameters and settings after ten steps, the last five by an optimiser that took up the first one's state."""
    torch.manual_seed(0)
    network, x = nn.Linear(3, 2), torch.randn(5, 3)
    state = None
    for _ in range(2):
        optimiser = kind(network.parameters(), lr=0.1, **settings)
        if state is not None:
            optimiser.load_state_dict(state)
        for _ in range(5):
            optimiser.zero_grad()
            network(x).square().sum().backward()
            optimiser.step()
        state = optimiser.state_dict()
    return [parameter.detach() for parameter in network.parameters()], state["param_groups"]


@pytest.mark.parametrize(("kind", "settings"), [(AdamW, {"fused": True}), (AdamW, {}), (SGD, {"momentum": 0.9})])
def test_an_eager_optimiser_computes_the_same(kind, settings):
    (plain, groups), (same, alike) = descended(kind, **settings), descended(eager(kind), **settings)
    assert all(torch.equal(a, b) for a, b in zip(plain, same, strict=True))
    assert groups == alike


def test_an_eager_optimiser_is_of_its_kind():
    optimiser = eager(AdamW)([nn.Parameter(torch.ones(2))])
    assert isinstance(optimiser, AdamW)
    assert "AdamW" in repr(optimiser)


def test_neither_optimisers_nor_trainings_of_flows_and_of_the_convolutional_network_load_the_compiler():
    program = """
import sys, numpy as np, torch
from torch.optim import AdamW, lr_scheduler
from pathlode.core.eager import eager
from pathlode.ecg.beats import POINTS
from pathlode.ecg.cnn import BeatCnn, CnnConfig
from pathlode.inference.box import Box
from pathlode.inference.flows.settings import FlowConfig
from pathlode.registry import FLOWS
x = torch.nn.Parameter(torch.ones(2))
optimiser = eager(AdamW)([x])
schedule = lr_scheduler.CosineAnnealingLR(optimiser, 5)
x.sum().backward()
optimiser.step()
schedule.step()
optimiser.zero_grad()
optimiser.load_state_dict(optimiser.state_dict())
print("torch._dynamo" in sys.modules)
features, classes = np.random.default_rng(0).normal(size=(20, POINTS)), np.arange(20) % 2
BeatCnn(CnnConfig(steps=2, batch=4, validate_every=2), 0).fit(features, classes, features, classes)
theta = 0.1 + 0.8 * torch.rand(20, 2)
for backend in FLOWS:
    config = FlowConfig(backend=backend, steps=10, validate_every=5)
    FLOWS[backend](Box(torch.zeros(2), torch.ones(2)), 2, config, 0).fit(theta, theta)
print("torch._dynamo" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout == "False\nFalse\n", done.stderr
