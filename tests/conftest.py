import gc
import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from runpy import run_path

import pytest
import torch
from filelock import FileLock
from threadpoolctl import threadpool_limits
from workflow_checkout import PROJECT, Checkout, copy_project, run_code

from pathlode.core.series import TimeSeries
from pathlode.dynamics.data import SimulatedData
from pathlode.dynamics.simulation import SimulationConfig, simulate
from pathlode.models.contract import SequenceModel
from pathlode.models.settings import ModelConfig
from pathlode.parts import offered, without_unused
from pathlode.registry import FIELDS, LOSSES, MODELS, SYSTEMS
from pathlode.training.resume import Interim


def pytest_addoption(parser):
    parser.addoption("--faults", help="write a table of the faults that the tests tried, as Markdown, to this file")


FIRST = ["pipeline", "site", "planning", "wheel"]
"""Groups of tests of the pipeline that begin first: what takes longest."""
ON_ITS_RUN = ["machine", "stability"]
"""Groups that need the finished run, which the first one's worker makes: after all other tests of the pipeline, lest they wait."""


@pytest.hookimpl(tryfirst=True)  # before xdist reads the marks
def pytest_collection_modifyitems(items):
    """One worker runs all tests of a file, so it makes their fixtures once. Units come last: they are short, so no worker is left
    alone for long.
    """
    turns, order = {}, [*FIRST, "workflow", *ON_ITS_RUN, "unit"]
    for item in items:
        file = item.nodeid.partition("::")[0]
        mark = item.get_closest_marker("xdist_group")
        if mark is None:
            item.add_marker(pytest.mark.xdist_group(file))
        group = mark.args[0] if mark else None
        turns[item] = order.index(group if group in order else "workflow" if "workflow/" in file else "unit")
    items.sort(key=turns.get)


def pytest_collectstart():
    gc.disable()  # nothing that is collected is garbage


def pytest_collection_finish():
    """What is there by now stays: nobody looks through it for garbage again."""
    gc.freeze()
    gc.enable()


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
    head = ["| fault | what happens | tested in |", "| --- | --- | --- |"]
    Path(path).write_text("\n".join([*head, *rows]) + "\n")


@pytest.fixture(autouse=True, scope="session")
def started_processes() -> None:
    """Of what tests start, nothing compiles the package anew. All have one thread, and so do the libraries of this process:
    more threads than cores wait for each other, in which they take most of the time.
    """
    os.environ["PYTHONDONTWRITEBYTECODE"] = ""
    os.environ["OMP_NUM_THREADS"] = "1"
    torch.set_num_threads(1)
    threadpool_limits(1)


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

    def make(loss: str = "path", encoder: str = "gru", seeds=(0, 1, 2), **changes) -> SequenceModel:
        needs = LOSSES.words(loss)
        kind, field = next((kind, field) for kind in MODELS for field in FIELDS if needs <= offered(kind, field))
        sizes = {"features": 2, "hidden": 6, "latent": 4, "width": 9, "depth": 2, "field": field, "encoder": encoder}
        shared = without_unused(kind, sizes | {"variational": "posterior" in needs}, field)
        return MODELS[kind](ModelConfig(**shared | changes), seeds)

    return make


@pytest.fixture
def series() -> TimeSeries:
    times = torch.rand(11, 8, dtype=torch.float64).sort(dim=1).values * 5
    return TimeSeries(times, torch.randn(11, 8, 2, dtype=torch.float64))


@pytest.fixture(scope="session")
def data() -> SimulatedData:
    config = SimulationConfig(96, 24, 16, points=12, window=(5.0, 6.0), noise=0.0, windows_beyond=2, seed=3)
    return simulate(SYSTEMS["coupled_oscillator"](), config)


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    """A fresh copy of the project, in which nothing has run."""
    return copy_project(tmp_path)


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all workers of this session share, and other sessions on the same files if ``PATHLODE_SHARED`` names it."""
    if given := os.environ.get("PATHLODE_SHARED"):
        return Path(given)
    base = tmp_path_factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


def made_once(path: Path, make: Callable[[Path], object]) -> Path:
    """A path at which the first worker that asks puts what all use."""
    with FileLock(f"{path}.lock"):
        if not path.exists():
            unfinished = path.with_name(f"unfinished-{path.name}")
            shutil.rmtree(unfinished, ignore_errors=True)
            make(unfinished)
            unfinished.rename(path)
    return path


def run_smoke_scale(folder: Path) -> None:
    done = copy_project(folder).snakemake()
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="session")
def reference(shared: Path) -> Checkout:
    """A copy in which the smoke scale has run to its end, and which no test changes."""
    return Checkout(made_once(shared / "reference", run_smoke_scale))


@pytest.fixture(scope="session")
def finished(reference: Checkout, shared: Path) -> Checkout:
    """Another copy of that run. Tests of the group ``pipeline`` may change it, and leave it as they found it."""
    return Checkout(made_once(shared / "finished", reference.copy))


@pytest.fixture(scope="session")
def report(reference: Checkout, shared: Path) -> Path:
    """The report of that run."""

    def write(path: Path) -> None:
        done = reference.snakemake("--report", str(path))
        assert done.returncode == 0, done.stderr

    return made_once(shared / "report.html", write)


BUILD = """
import sys

from sphinx.cmd import build
from sphinx.pycode.parser import Parser


def main(options):
    Parser.parse_definition = lambda parser: None  # the places of definitions, which pages of source code alone need
    sys.exit(build.main(options))


"""


@pytest.fixture(scope="session")
def site(shared: Path) -> Path:
    """The site, built without a warning."""

    def build(folder: Path) -> None:
        # without classes and functions in the tables of contents, and without pages of source code, which take most of the time
        needed = [each for each in run_path(str(PROJECT / "docs/conf.py"))["extensions"] if "viewcode" not in each]
        quick = ["-D", "toc_object_entries=0", "-D", f"extensions={','.join(needed)}"]
        options = ["-W", "--keep-going", "-q", "-d", folder / "doctrees", *quick, PROJECT / "docs", folder / "html"]
        folder.mkdir()
        done = run_code(f"{BUILD}main({[*map(str, options)]})", folder / "build.py", PROJECT)
        assert done.returncode == 0, done.stderr

    return made_once(shared / "site", build) / "html"
