import os
import re
from pathlib import Path

import pytest
import torch

from pathlode.core.series import TimeSeries
from pathlode.dynamics.data import SimulatedData, SimulationConfig, simulate
from pathlode.models.latent_ode import LatentODE, ModelConfig
from pathlode.registry import LOSSES, SYSTEMS
from pathlode.training.resume import Interim


def pytest_addoption(parser):
    parser.addoption("--faults", help="write a table of the faults that the tests tried, as Markdown, to this file")


@pytest.fixture(autouse=True)
def recorded_fault(request, record_property):
    """What a test marked ``fault`` tried and what came of it, for the table."""
    if marker := request.node.get_closest_marker("fault"):
        record_property("fault", marker.args)


def pytest_sessionfinish(session):
    """Writes the table of faults, of the tests that passed."""
    path, terminal = session.config.getoption("--faults"), session.config.pluginmanager.getplugin("terminalreporter")
    if path is None or hasattr(session.config, "workerinput"):  # what workers know of reaches their controller
        return
    passed = [report for report in terminal.stats.get("passed", []) if report.when == "call"]
    tried = [
        (*value, re.split(r"[\[@]", report.nodeid)[0])
        for report in passed
        for name, value in report.user_properties
        if name == "fault"
    ]
    rows = []
    for what, outcome, test in dict.fromkeys(map(tuple, sorted(tried))):
        file, _, name = test.partition("::test_")
        rows.append(f"| {what} | {outcome} | {name.replace('_', ' ')} (`{Path(file).name}`) |")
    head = ["| fault | what comes of it | tried in |", "| --- | --- | --- |"]
    Path(path).write_text("\n".join([*head, *rows]) + "\n")


@pytest.fixture(autouse=True, scope="session")
def one_thread() -> None:
    """Also of what tests start: threads beyond the cores wait for each other."""
    os.environ["OMP_NUM_THREADS"] = "1"
    torch.set_num_threads(1)


@pytest.fixture(autouse=True)
def seeded() -> None:
    torch.manual_seed(0)


class Dies(Exception):
    """Stands for a process that dies."""


@pytest.fixture
def interrupted(monkeypatch):
    """Runs a training that writes its checkpoint after every step, until it dies after so many of them."""

    def until(steps, training):
        written, write = [], Interim.write

        def write_and_die(self, state):
            write(self, state)
            written.append(state)
            if len(written) == steps:
                raise Dies

        with monkeypatch.context() as patch:
            patch.setattr(Interim, "SECONDS", 0.0)
            patch.setattr(Interim, "write", write_and_die)
            with pytest.raises(Dies):
                training()

    return until


@pytest.fixture
def make_model():
    """A small model for a loss, with sizes that differ from each other so that a mixed-up axis shows."""

    def make(loss: str = "path", encoder: str = "gru", seeds=(0, 1, 2), **changes) -> LatentODE:
        sizes = {"features": 2, "hidden": 6, "latent": 4, "width": 9, "depth": 2} | changes
        return LatentODE(ModelConfig(encoder=encoder, variational=LOSSES[loss].variational, **sizes), seeds)

    return make


@pytest.fixture
def series() -> TimeSeries:
    times = torch.rand(11, 8, dtype=torch.float64).sort(dim=1).values * 5
    return TimeSeries(times, torch.randn(11, 8, 2, dtype=torch.float64))


@pytest.fixture(scope="session")
def data() -> SimulatedData:
    config = SimulationConfig(96, 24, 16, points=12, window=(5.0, 6.0), noise=0.0, windows_beyond=2, seed=3)
    return simulate(SYSTEMS["coupled_oscillator"](), config)
