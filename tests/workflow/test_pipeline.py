"""The real pipeline at smoke scale."""

import re
import shutil
from pathlib import Path

import pandas as pd
import pytest
from smoke_scale import CONSTANT, RESULTS, ROWS, SYSTEMS
from workflow_checkout import COPIED, PROJECT, Checkout

from pathlode.models.saving import load_model
from pathlode.reporting.agreement import sentence
from pathlode.reporting.claim_entries import CONTROL
from pathlode.reporting.claim_families import load_claims
from pathlode.reporting.claim_tables import DAGGER
from pathlode.reporting.decided_claims import DecidedClaims
from pathlode.reporting.pages import VALUE, markers
from pathlode.reporting.verdicts import NOT_RUN, VERDICTS

README = (PROJECT / "README.md").read_text()
FIGURES = ["trajectories", "phase_portrait", "latent_paths", "latent_map", "error_in_time", "training"]

pytestmark = pytest.mark.xdist_group("pipeline")  # all tests on the finished copy in one worker: it is made once


def test_every_table_and_figure_is_made(finished):
    tables = finished.folder / RESULTS / "tables"
    table = pd.read_csv(tables / "dynamics.csv")
    assert list(table.columns) == [
        *("system", "row", "model", "field", "encoder", "loss", "seed", "observations"),
        *("n_parameters", "train_seconds"),
        *("interpolation_nmse", "extrapolation_nmse", "far_nmse", "period_error", "amplitude_error", "orbit_distance"),
        *("path_length", "variance_within", "nfe"),
    ]
    assert len(table) == ROWS * 4 * 4 - 3 * 4  # a short context is scored as it is
    assert {system: list(rows.unique()) for system, rows in table.groupby("system")["row"]} == SYSTEMS
    assert set(table["observations"]) == {"all", "few", "gapped", "late"}
    assert set(table.loc[table["row"] == "path_short", "observations"]) == {"all"}
    complete = table[table["observations"] == "all"]
    numbers = complete.drop(columns=["seed", "period_error"]).select_dtypes("number")
    assert (numbers[complete["model"] == "latent_ode"] > 0).all(axis=None)
    without = {"curve": {"path_length", "variance_within", "nfe"}}
    without["constant"] = without["curve"]
    for model, lacking in without.items():
        unknown = numbers[complete["model"] == model].isna()
        assert {name for name in unknown if unknown[name].any()} == lacking
    assert (table.loc[table["model"] == "constant", "n_parameters"] == 0).all()
    assert (table[["interpolation_nmse", "extrapolation_nmse"]] > 0).all(axis=None)
    training = pd.read_csv(tables / "training.csv")
    assert len(training) == (ROWS - CONSTANT) * 4
    paced = training[training["step_seconds"].notna()]
    assert set(zip(paced["system"], paced["row"], strict=True)) == {
        (name, row) for name in SYSTEMS for row in ("path", "kl")
    }
    assert (paced["paired_seconds_to_target"] > 0).all()
    assert len(pd.read_csv(tables / "sizes.csv")) == 2 * 2 * 4
    assert len(pd.read_csv(tables / "sizes_needed.csv")) == 2 * 4
    probes = pd.read_csv(tables / "probes.csv")
    assert len(probes) == 4 * (7 * (2 + 1) + 2 * (4 + 1))
    assert (probes["r2"] <= 1).all()
    for name in ("dynamics", "observations", "training", "sizes", "probes"):
        name = f"{name}_summary"
        assert (tables / f"{name}.md").read_text().count("\n") == len(pd.read_csv(tables / f"{name}.csv")) + 2
    figures = finished.folder / RESULTS / "figures"
    names = [f"dynamics/{system}/{figure}" for system in SYSTEMS for figure in FIGURES]
    names += [f"dynamics/{name}" for name in ("systems", "encoders", "observations", "sizes")]
    for name in [*names, "claims", "settling"]:
        assert (figures / f"{name}.png").stat().st_size > 10_000


def test_figures_and_tables_are_ready_for_a_paper(finished):
    """Every figure as a PDF, and every summary, and the claims, in LaTeX."""
    results = finished.folder / RESULTS
    figures = list((results / "figures").rglob("*.png"))
    assert len(figures) > 30
    for figure in figures:
        assert figure.with_suffix(".pdf").read_bytes().startswith(b"%PDF"), figure
        assert figure.with_suffix(".pdf").stat().st_size > 5_000, figure
    summaries = [*(results / "tables").glob("*_summary.csv"), results / "claims.csv"]
    assert len(summaries) == 6 + 3 + 3 + 4 + 1 + 3 + 1 + 1
    for summary in summaries:
        table, latex = pd.read_csv(summary), summary.with_suffix(".tex").read_text()
        table = table[table["n"] > 0] if summary.stem == "claims" else table
        assert re.match(r"\\begin\{(tabular|longtable)\}", latex), summary
        assert latex.count(r" \\" + "\n") >= len(table) + 1, summary


def test_every_claim_is_decided(finished):
    claims = pd.read_csv(finished.folder / RESULTS / "claims.csv")
    declared = load_claims(finished.folder / "claims.yaml")
    pairs = [(claim.id, system) for claim in declared for system in claim.systems]
    assert list(zip(claims["id"], claims["where"], strict=True)) == pairs
    run = claims[claims["verdict"] != NOT_RUN]
    assert set(run["verdict"]) <= {*VERDICTS}
    assert set(run["where"]) == {
        *SYSTEMS,
        "random",
        "cnn",
        "transformer",
        "deep_linear",
        "physionet",
        "vowels",
        "motions",
        "hudson_bay",
        "Lorenz",
        "all",
    }
    assert (run["margin"] > 1).all()


def test_settings_compared_with_themselves_go_through_the_whole_pipeline(finished):
    """Four replicates are two pairs, which decide nothing; the rate of false verdicts is 0."""
    claims = pd.read_csv(finished.folder / RESULTS / "claims.csv")
    control = claims[(claims["paper"] == CONTROL) & (claims["verdict"] != NOT_RUN)]
    assert set(control["where"]) == set(SYSTEMS)
    assert set(control["n"]) == {2}
    (rates,) = pd.read_csv(finished.folder / RESULTS / "control.csv").to_dict("records")
    assert rates == {"cells": len(control), "false": 0, "share": 0.0, "allowed": pytest.approx(0.05)}
    assert rates["cells"] >= 20


def test_the_run_ends_with_its_agreement_with_the_published_one(reference, tmp_path):
    copy = reference.copy(tmp_path / "copy")
    results, published = copy.folder / RESULTS, copy.folder / "published.csv"
    assert pd.read_csv(results / "agreement.csv").columns[:1] == ["id"]
    claims = DecidedClaims.load(results / "claims.csv").table
    there = claims[claims["n"] > 0].assign(verdict=lambda rows: rows["verdict"].replace("inadequate", "better"))
    DecidedClaims(there).save(published)
    done = copy.snakemake()
    assert done.returncode == 0, done.stderr
    table = pd.read_csv(results / "agreement.csv")
    assert list(table.columns[:6]) == ["id", "paper", "where", "published", "here", "agreement"]
    assert set(table["agreement"]) == {"confirmed", "undecided"}
    assert (table.loc[table["here"] == "inadequate", "agreement"] == "undecided").all()
    papers = table[table["paper"] != "ours"]
    counts = papers["agreement"].value_counts()
    said = sentence(table)
    assert said.startswith(f"This machine confirms {counts['confirmed']} of {len(papers)} verdicts, is undecided on ")
    assert said.endswith("contradicts none.")
    assert done.stderr.splitlines().count(said) == 1
    assert (results / "agreement.md").read_text().startswith(said)
    assert (results / "figures/agreement.png").stat().st_size > 10_000


def test_a_run_leaves_the_checkout_as_it_was(finished):
    """Every job of the target `all` runs or has run here; the copy's files are those of the project."""
    for name in COPIED:
        kept = [PROJECT / name] if (PROJECT / name).is_file() else sorted((PROJECT / name).rglob("*"))
        for path in (path for path in kept if path.is_file() and "__pycache__" not in path.parts):
            assert path.read_bytes() == (finished.folder / path.relative_to(PROJECT)).read_bytes(), path
    own = {Path(name).parts[0] for name in COPIED}
    made = {path.name for path in finished.folder.iterdir()} - own
    assert made <= {"results", "logs", "resources", ".snakemake", "cache"}, made


def test_no_job_of_a_run_writes_into_the_checkout(checkout):
    """At the scale `hour` too, whose pages and README are a target of their own."""
    done = checkout.snakemake("--summary", scale="hour")
    assert done.returncode == 0, done.stderr
    files = [line.split("\t")[0] for line in done.stdout.splitlines()[1:]]
    assert len(files) > 300
    assert {Path(file).parts[0] for file in files} == {"results", "resources"}
    assert not [file for file in files if file.startswith("results/pages")]


def test_models_are_usable_from_the_package(finished):
    model, extra = load_model(finished.folder / RESULTS / "dynamics/coupled_oscillator/0-3/path/model.pt")
    assert model.seeds == (0, 1, 2, 3)
    assert extra["weight"] == [0.1] * 4


def test_the_readme_and_the_pages_get_their_blocks_and_figures(finished):
    """Under results/, from where `make pages` copies them, and only if asked: at this scale the numbers mean nothing."""
    config = finished.folder / "config/smoke.yaml"
    before = config.read_text()
    pages = finished.folder / RESULTS / "pages"
    readme, docs = pages / "README.md", pages / "docs"
    finished.edit(
        "config/smoke.yaml",
        "readme: null\n  pages: null",
        "readme: README.md\n  pages: docs\n  figures: [claims, claims_ecg]",
    )
    try:
        done = finished.snakemake("pages")
        assert done.returncode == 0, done.stderr
        assert {path.name for path in docs.glob("*.md")} == {path.name for path in (PROJECT / "docs").glob("*.md")}
        tables = (finished.folder / RESULTS / "claims.md").read_text().strip().split("\n\n")
        for chapter, table in zip(("dynamics", "ecg", "scheduler", "real", "rivals", "chaos"), tables, strict=True):
            page = (docs / f"{chapter}.md").read_text()
            begin, end = (page.index(marker) for marker in markers(f"claims_{chapter}"))
            assert table.replace(DAGGER, "") in page[begin:end].replace(DAGGER, "")  # which depend on inference, too
            assert (finished.folder / RESULTS / f"tables/{chapter}_summary.md").read_text().strip() in page[end:]
        assert "**B1-45**" in readme.read_text().split(markers("claims")[0])[1].split(markers("claims")[1])[0]
        costs = (finished.folder / RESULTS / "runtime.md").read_text().strip()
        assert costs in (docs / "costs.md").read_text()
        now, then = (VALUE.sub("", text) for text in (readme.read_text(), README))
        assert now[now.index(markers("claims")[1]) :] == then[then.index(markers("claims")[1]) :]
        assert {path.name for path in docs.glob("*.png")} == {"claims.png", "claims_ecg.png"}
        assert all(path.stat().st_size > 10_000 for path in docs.glob("*.png"))
        published = pd.read_csv(pages / "published.csv")
        claims = pd.read_csv(finished.folder / RESULTS / "claims.csv")
        made = published[published["target"].isin(claims.loc[claims["n"] > 0, "target"])]  # this run left inference out
        both = (
            frame.drop(columns=["q", "survives"]).reset_index(drop=True) for frame in (made, claims[claims["n"] > 0])
        )
        pd.testing.assert_frame_equal(*both)
        assert (finished.folder / "README.md").read_text() == README
        assert finished.to_run("pages") == {}
    finally:
        config.write_text(before)
        shutil.rmtree(pages)


def test_a_scale_without_pages_says_so(finished):
    done = finished.snakemake("pages")
    (finished.folder / "logs/smoke/pages.log").unlink()  # of a job that no other test has run
    assert done.returncode != 0
    assert "claims.readme and claims.pages are null, so this scale has no pages; name them in its file" in done.stderr


def test_the_report_holds_every_figure_and_table_with_its_caption(report, finished):
    text, results = report.read_text(), finished.folder / RESULTS
    captions = {*(PROJECT / "workflow/report").glob("*.rst")}
    apart = {
        PROJECT / f"workflow/report/{name}.rst" for name in ("stability", "hopper", "hopper_summary")
    }  # did not run
    for path in captions - apart:
        plain = max(re.split(r"\{\{.*?\}\}|\{%.*?%\}|[`*_<>&'\"]|[^ -~]|:\w+:", path.read_text()), key=len).strip()
        assert plain in text, path
    for path in (*results.rglob("*.png"), *(results / "tables").glob("*.csv"), *results.glob("*.csv")):
        assert str(path.relative_to(finished.folder)) in text, path


@pytest.mark.fault("a data file is damaged", "a sentence in the log says which file to delete; no traceback")
def test_a_damaged_data_file_is_told_in_one_sentence(finished, tmp_path):
    copy = Checkout(tmp_path / "copy")
    shutil.copytree(finished.folder, copy.folder)
    data = copy.folder / RESULTS / "dynamics/coupled_oscillator/0-3/data.npz"
    data.write_bytes(data.read_bytes()[:4000])
    done = copy.snakemake(
        "--forcerun", "evaluate", "--rerun-triggers", "code", "--allowed-rules", "evaluate", "tabulate"
    )
    assert done.returncode != 0
    assert "data.npz is not a complete data file of pathlode" in done.stderr + done.stdout
    log = (copy.folder / "logs/smoke/evaluate/coupled_oscillator/0-3.log").read_text()
    assert "Traceback" not in log
    assert "delete it and simulate again" in log
