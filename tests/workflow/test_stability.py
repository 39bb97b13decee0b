"""`make stability`: a run repeated with one thing changed at a time."""

import json
import shlex
import shutil
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from workflow_checkout import FORKS, PROJECT, TIME_LIMIT, Checkout, copy_project, forks

from pathlode.dynamics.data import SimulatedData
from pathlode.reporting.stability import REFERENCES, RepeatedCells, Stability
from workflow.variations import VARIATIONS

RESULTS = "results/smoke"
REPEATED = f"{RESULTS}/stability"
ALL = [(variation, against) for variation in VARIATIONS for against in REFERENCES]
ONE = ("claims", "--config", "chapters=[dynamics]")

pytestmark = pytest.mark.xdist_group("stability")


def make_stability(checkout: Checkout) -> subprocess.CompletedProcess[str]:
    """The command, with this environment, and forks of a process of it, in place of the environment that it would make."""
    command = ["make", "--no-print-directory", "--file", str(PROJECT / "Makefile"), "stability", "SCALE=smoke"]
    command += ["--old-file", ".venv/workflow", "BIN=bin"]
    snakemake = checkout.folder / "bin/snakemake"
    snakemake.parent.mkdir()
    snakemake.write_text(f'#!/bin/sh\nexec {shlex.join([sys.executable, str(FORKS), "run", forks()])} "$@"\n')
    snakemake.chmod(0o755)
    return subprocess.run(command, cwd=checkout.folder, capture_output=True, text=True, timeout=TIME_LIMIT)


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """A copy of the project whose smoke scale is one system with three rows."""
    copy = copy_project(tmp_path_factory.mktemp("stability"))
    copy.edit(
        "config/smoke.yaml",
        "systems: [coupled_oscillator, lotka_volterra_fixed_start]",
        "systems: [coupled_oscillator]",
    )
    copy.edit(
        "config/smoke.yaml", "[path, kl, none, path_lstm, kl_lstm, path_short, constant, curve]", "[path, kl, constant]"
    )
    copy.edit("config/smoke.yaml", "shown: [path, kl, none, constant, curve]", "shown: [path, kl, constant]")
    return copy


@pytest.fixture(scope="module")
def repeated(small, reference):
    """The same, in which `make stability` has run, on the verdicts of the whole smoke scale; and what the command printed."""
    (small.folder / RESULTS).mkdir(parents=True)
    shutil.copy(reference.folder / RESULTS / "claims.csv", small.folder / RESULTS)
    done = make_stability(small)
    assert done.returncode == 0, done.stdout + done.stderr
    return small, done.stdout


@pytest.mark.fault("`make stability` has no run to repeat", "a sentence says how to make it; nothing starts")
def test_without_the_run_that_is_repeated_nothing_starts(checkout):
    done = make_stability(checkout)
    assert done.returncode != 0
    assert (
        f"{RESULTS}/claims.csv does not exist, but the repetitions are compared with it; make it first with"
        in done.stderr
    )
    assert "`snakemake claims --configfile config/smoke.yaml --config 'chapters=[dynamics]'`" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (checkout.folder / RESULTS).exists()


def test_it_ends_with_a_sentence_for_each_comparison(repeated):
    checkout, printed = repeated
    said = printed.strip().splitlines()[-len(ALL) :]
    for line, (variation, against) in zip(said, ALL, strict=True):
        assert line.startswith(f"- With {VARIATIONS[variation]}, the run confirms ")
        assert f"verdicts of {REFERENCES[against]}" in line
    assert (checkout.folder / RESULTS / "stability.md").read_text().splitlines()[: len(ALL)] == said


def test_the_tables_have_every_comparison(repeated):
    folder = repeated[0].folder / RESULTS
    table, cells = (
        Stability.load(folder / "stability.csv").table,
        RepeatedCells.load(folder / "stability_cells.csv").table,
    )
    assert list(zip(table["variation"], table["against"], strict=True)) == ALL
    assert set(cells["where"]) == {"coupled_oscillator"}
    base = table[table["against"] == "base"]
    assert (base["compared"] > 10).all()
    assert (table["compared"] == table["decided"] + table["others"]).all()
    counts = cells.groupby(["variation", "against"], sort=False).size()
    assert counts.tolist() == table["compared"].tolist()
    assert base.set_index("variation").loc["threads", "contradicted"] == 0


def test_each_repetition_changes_one_thing(repeated, reference):
    checkout, _ = repeated
    first = {"replicates": 1000, "threads": 0, "kernels": 0}
    data, history = {}, {}
    for variation, number in first.items():
        fitted = checkout.folder / REPEATED / variation / f"dynamics/coupled_oscillator/{number}-{number + 3}"
        data[variation] = SimulatedData.load(fitted / "data.npz").train.observed.values
        history[variation] = pd.read_csv(fitted / "path/history.csv")
        (record,) = (checkout.folder / "logs/smoke/stability" / variation / "train").rglob("path.json")
        assert json.loads(record.read_text())["threads"] == (2 if variation == "threads" else 1)
    assert np.array_equal(data["threads"], data["kernels"])
    assert not np.array_equal(data["threads"], data["replicates"])
    before = pd.read_csv(reference.folder / RESULTS / "dynamics/coupled_oscillator/0-3/path/history.csv")
    losses = [history["kernels"]["validation_mse"], before["validation_mse"]]
    assert not np.array_equal(*losses)  # other rounding
    np.testing.assert_allclose(*losses, rtol=0.01)


def test_it_goes_on_where_it_was_stopped(repeated, tmp_path):
    checkout, _ = repeated
    for variation in VARIATIONS:
        assert checkout.to_run(*ONE, f"variation={variation}") == {}
    threads = checkout.folder / REPEATED / "threads"
    unmade = [next(threads.rglob("sizes/*/sizes.csv")), threads / "tables/sizes_needed.csv", threads / "claims.csv"]
    for number, file in enumerate(unmade):
        file.rename(tmp_path / f"{number}")
    try:
        planned = checkout.to_run(*ONE, "variation=threads")
        assert planned.keys() == {"size", "tabulate", "claims"}
        assert checkout.to_run(*ONE, "variation=kernels") == {}
    finally:
        for number, file in enumerate(unmade):
            (tmp_path / f"{number}").rename(file)


def test_the_run_that_is_repeated_stays_as_it_is(repeated, reference):
    checkout, _ = repeated
    made = {path.name for path in (checkout.folder / RESULTS).iterdir()}
    assert made == {"claims.csv", "stability", "stability.csv", "stability.md", "stability_cells.csv"}
    assert (checkout.folder / RESULTS / "claims.csv").read_bytes() == (
        reference.folder / RESULTS / "claims.csv"
    ).read_bytes()


@pytest.mark.fault("jobs with one more thread are to run on one core", "a sentence asks for more cores; nothing starts")
def test_one_more_thread_needs_another_core(repeated, tmp_path):
    checkout, _ = repeated
    claims = checkout.folder / REPEATED / "threads/claims.csv"
    claims.rename(tmp_path / "away")
    try:
        done = checkout.snakemake(*ONE, "variation=threads", "--cores", "1")
        assert done.returncode != 0
        assert "one more thread per job needs two cores, but this run has one; give it more with --cores" in done.stderr
    finally:
        (tmp_path / "away").rename(claims)


def test_chapters_that_the_run_did_not_make_cannot_be_repeated(repeated):
    checkout, _ = repeated
    done = checkout.snakemake("claims", "--config", "chapters=[inference]", "variation=threads")
    assert done.returncode != 0
    assert f"{RESULTS}/claims.csv has no verdicts on inference, so a repetition could not be compared" in done.stderr
