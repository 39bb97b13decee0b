"""Fixtures that run a test over every case."""

import pytest
from combinations import CASES, KINDS, MADE, name_of

from pathlode.core.solve import FixedStep


@pytest.fixture(params=MADE, ids=name_of)
def case(request):
    return request.param


@pytest.fixture(params=KINDS, ids=lambda case: case.kind)
def plain(request):
    """A case of each kind of model, for what all that it is made of leaves as it is."""
    return request.param


@pytest.fixture(params=[case for case in CASES if not case.loss], ids=name_of)
def closed(request):
    """A case that is fitted in closed form."""
    return request.param


@pytest.fixture(params=[case for case in CASES if case.loss], ids=name_of)
def trained(request):
    return request.param


@pytest.fixture(autouse=True)
def short_chains(monkeypatch):
    """Predictions of latent EBMs by few and cheap steps."""
    monkeypatch.setattr("pathlode.models.latent_ebm.PREDICTION_STEPS", 3)
    monkeypatch.setattr("pathlode.models.latent_ebm.PRIOR_STEPS", 4)
    monkeypatch.setattr("pathlode.models.latent_ebm.CHAIN_SOLVER", FixedStep("rk4", 3))
