"""The site: it builds without a warning, and its code runs."""

import re
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
import yaml
from workflow_checkout import PROJECT, run_code

from pathlode import ENCODERS, LOSSES, SYSTEMS, LatentODE, ModelConfig, Trainer, TrainingConfig
from pathlode.core import fields
from pathlode.dynamics.simulation import SimulationConfig, simulate
from pathlode.registry import FIELDS, MODELS, SOLVERS
from pathlode.reporting.pages import markers
from pathlode.training.experiment import Experiment
from workflow.configuration.part_checks import check_parts
from workflow.entry_docstrings import about

DOCS = PROJECT / "docs"

pytestmark = pytest.mark.xdist_group("site")  # in one worker, lest the other waits until the site is built


def blocks(page, before="## All of it for one row"):
    """The Python of a page, without what follows a heading that has a test of its own."""
    return re.findall(r"```python\n(.*?)```", (DOCS / page).read_text().split(before)[0], re.DOTALL)


def spoken(path):
    """Writes a table like that of the guide: 20 series of 6 to 16 rows, with gaps."""
    rng, parts = np.random.default_rng(0), []
    for number in range(20):
        frames = np.arange(6 + number % 11)
        values = rng.uniform(1, 2, 3) * np.exp(-0.2 * frames)[:, None] + 0.05 * rng.standard_normal((len(frames), 3))
        values[1::5, 1] = np.nan
        parts.append(pd.DataFrame(values, columns=["c1", "c2", "c3"]).assign(utterance=f"u{number}", frame=frames))
    pd.concat(parts).to_csv(path, index=False)


def test_every_page_is_built_and_the_claims_are_on_theirs(site):
    pages = {path.relative_to(site).as_posix() for path in site.rglob("*.html")}
    written = {path.relative_to(DOCS).with_suffix(".html").as_posix() for path in DOCS.rglob("*.md")} - {
        "faults_table.html"
    }
    assert written <= pages
    begin, end = markers("claims")
    shown = (PROJECT / "README.md").read_text().split(begin)[1].split(end)[0]
    claims = (site / "claims.html").read_text()
    assert all(f"<strong>{name}</strong>" in claims for name in re.findall(r"^\| \*\*(\S+)\*\*", shown, re.MULTILINE))
    assert "<h1>Verdicts" in claims
    assert "LatentODELR" in (site / "reference/schedule.html").read_text()


def test_formulas_are_shown_without_a_script_of_another_host(site):
    assert '<math xmlns="http://www.w3.org/1998/Math/MathML" display="block">' in (site / "index.html").read_text()
    scripts = {
        src for page in site.rglob("*.html") for src in re.findall(r'<script[^>]* src="([^"]+)"', page.read_text())
    }
    assert scripts
    assert not [src for src in scripts if re.match(r"[a-z]+:|//", src)]


INNER = [
    "arrays",
    *(f"core.kernels.{name}" for name in ("length", "library", "march", "optimise", "perceptron", "scan")),
    "files",
    "progress",
]
"""Modules that only others of the package use."""


def test_the_reference_has_every_module():
    package = PROJECT / "src/pathlode"
    modules = {path.relative_to(package).with_suffix("") for path in package.rglob("*.py") if path.stem != "__init__"}
    named = {
        name
        for page in (DOCS / "reference").glob("*.md")
        for name in re.findall(r"^## `pathlode.([\w.]+)`", page.read_text(), re.M)
    }
    tasks = {"schedule.tasks", *(f"schedule.tasks.{path.stem}" for path in (package / "schedule/tasks").glob("*.py"))}
    assert {".".join(module.parts) for module in modules} - tasks == (named | set(INNER)) - tasks


def test_no_link_within_the_site_is_dead(site):
    pages = {path: path.read_text() for path in site.rglob("*.html")}
    checked = 0
    for page, text in pages.items():
        for target in re.findall(r'(?:href|src)="([^"]+)"', text):
            if re.match(r"[a-z]+:|//", target):
                continue
            path, _, anchor = target.partition("#")
            file = (page.parent / path.split("?")[0]).resolve() if path else page
            file = file / "index.html" if file.is_dir() else file
            assert file.exists(), (page.name, target)
            if anchor and file.suffix == ".html":
                assert f'id="{anchor}"' in pages[file], (page.name, target)
            checked += 1
    assert checked > 500


def test_the_tutorials_code_runs(tmp_path):
    code = "\n".join(blocks("tutorial.md"))
    for written, quick in (('"tsit5", steps=8', '"rk4", steps=1'), ("tol=1e-8", "tol=1e-4")):
        assert written in code
        code = code.replace(written, quick)  # each step is recorded on its own when the predictor is exported
    lines = ran(code, tmp_path)
    assert [line for line in lines if line.startswith("torch.Size")] == [
        "torch.Size([2, 60, 100, 1])",
        "torch.Size([2, 60, 8])",
    ]
    assert "{'unit': 'hours'}" in lines
    last = [line for line in lines if line.startswith("step")][-1]
    errors = re.findall(r"[\d.]+(?:e-\d+)?", last.split("error")[1])
    assert all(float(error) < 0.3 for error in errors)


def ran(code, folder):
    """Lines that code printed in a folder."""
    done = run_code(code, folder / "page.py", folder)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_the_loop_of_ones_own_trains_saves_and_predicts(tmp_path):
    error, last = ran("\n".join(blocks("training_loop.md")), tmp_path)
    assert float(error.removeprefix("validation error ")) < 0.1
    assert last == "(40, 24, 1) {'epochs': 60}"


def test_the_guides_code_runs_on_a_table_of_that_form(tmp_path):
    (tmp_path / "resources").mkdir()
    spoken(tmp_path / "resources/vowels.csv")
    code = "\n".join(blocks("guide.md")).replace("Forecaster()", "Forecaster(members=1, steps=20, weight=0.1)")
    quick = "from pathlode.inference.flows.settings import FlowConfig\nquick = FlowConfig(steps=20, transforms=1)\n"
    code = quick + code.replace("simulations=10_000", "simulations=200, config=quick")
    lines = ran(code, tmp_path)
    assert lines[0] == "20 4 10"
    assert "torch.Size([20, 10])" in lines
    assert [line.split()[0] for line in lines[-2:]] == ["inside", "beyond"]


def test_what_is_added_as_the_site_says_can_be_trained(tmp_path, monkeypatch):
    (tmp_path / "added.py").write_text("\n".join(blocks("extending.md")))
    monkeypatch.syspath_prepend(tmp_path)
    added = [(SYSTEMS, "Decay"), (MODELS, "Line"), (FIELDS, "Relaxing"), (ENCODERS, "Leaky"), (SOLVERS, "MIDPOINT")]
    for registry, line in [*added, (LOSSES, "Shrinkage training path")]:
        monkeypatch.setitem(registry._entries, line.split()[0].lower(), f"added:{line}")
    system = SYSTEMS["decay"]()
    parameters, times = system.draw(5, np.random.default_rng(0)), np.linspace(0, 3, 7)[None].repeat(5, 0)
    start, rate = parameters[:, :1], parameters[:, 1:]
    assert system.solution(parameters, times)[:, :, 0] == pytest.approx(start * np.exp(-rate * times))
    data = simulate(
        system, SimulationConfig(64, 16, 16, points=12, window=(3.0, 4.0), noise=0.0, windows_beyond=2, seed=0)
    )
    line = MODELS["line"](ModelConfig(features=1), seeds=(0, 1))
    line.fit(data.train.observed.to(torch.float32))
    seen = data["test"].observed.to(torch.float32)
    assert torch.allclose(line(seen.times, seen.values).values[1][:, [0, -1]], seen.values[:, [0, -1]], atol=1e-5)
    config = ModelConfig(features=1, encoder="leaky", field="relaxing", hidden=4, latent=4, width=8)
    model = LatentODE(config, seeds=(0, 1))
    loss, settings = LOSSES["shrinkage"](0.01), TrainingConfig(steps=60, batch=16, validate_every=20, solver="midpoint")
    trainer = Trainer(model, loss, data.train.observed, data["validation"].observed, settings)
    trainer.run()
    assert (trainer.history[-1].mse < trainer.history[0].mse).all()


def test_a_row_costs_one_file_one_line_and_one_test(tmp_path, monkeypatch, data):
    """Those of the site, whose line, convention of docstrings, row and test are tried as they stand there."""
    page = (DOCS / "extending.md").read_text().split("## All of it for one row")[1]
    module, test = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    ((name, entry),) = re.findall(r'```\n"(\w+)": "(\S+)",\n```', page)
    (tmp_path / "gru_ode.py").write_text(module)
    monkeypatch.setattr(fields, "__path__", [*fields.__path__, str(tmp_path)])
    monkeypatch.setitem(FIELDS._entries, name, entry)
    written: dict[str, Any] = {}
    exec(test, written)
    (tried,) = (value for key, value in written.items() if key.startswith("test_"))
    tried()
    told = about(FIELDS, name)
    assert (told.what, told.source[:22]) == (
        "The vector field of a gated recurrent unit in continuous time",
        "De Brouwer et al. 2019",
    )
    (row,) = yaml.safe_load(re.search(r"`(gru_ode: \{.*?\})`", page)[1]).values()
    check_parts("row", row)
    sizes = {"hidden": 4, "latent": 4, "width": 8}
    train = {"steps": 2, "batch": 16, "warmup": 0.5, "validate_every": 2}
    trainer = Experiment(seeds=[0], sizes=sizes, train=train, **row).trainer(data.observed)
    trainer.run()
    assert trainer.history[-1].mse.isfinite().all()
