"""The real pipeline at smoke scale."""

import hashlib
import shutil

import pandas as pd
import pytest
import yaml
from workflow_checkout import Checkout

from pathlode.checkpoint import load_model

RESULTS = "results/smoke"
AFTER_TRAINING = {"encode": 1, "evaluate": 1, "tabulate": 1, "plot": 4, "claims": 1, "all": 1}

pytestmark = pytest.mark.xdist_group("pipeline")  # all tests on the finished copy in one worker: it is made once


def test_every_table_and_figure_is_made(finished):
    table = pd.read_csv(finished.folder / RESULTS / "tables/dynamics.csv", keep_default_na=False)
    assert list(table.columns) == [
        *("system", "encoder", "loss", "seed", "n_parameters", "train_seconds"),
        *("interpolation_nmse", "extrapolation_nmse", "path_length", "nfe"),
    ]
    assert len(table) == 4 * 2
    assert (table[["n_parameters", "train_seconds", "interpolation_nmse", "extrapolation_nmse", "nfe"]] > 0).all(
        axis=None
    )
    figures = finished.folder / RESULTS / "figures/dynamics/coupled_oscillator/gru"
    for name in ("trajectories", "latent_paths", "error_in_time", "training"):
        assert (figures / f"{name}.png").stat().st_size > 10_000
        assert (figures / f"{name}.pdf").stat().st_size > 5_000


def test_every_claim_is_decided(finished):
    claims = pd.read_csv(finished.folder / RESULTS / "claims.csv")
    declared = yaml.safe_load((finished.folder / "claims.yaml").read_text())
    assert claims["id"].tolist() == [claim["id"] for claim in declared]
    assert set(claims["verdict"]) <= {"holds", "fails", "unclear"}


def test_models_are_usable_from_the_package(finished):
    model, extra = load_model(finished.folder / RESULTS / "dynamics/coupled_oscillator/gru-path/model.pt")
    assert model.seeds == (0, 1)
    assert extra["weight"] == 0.1


def test_every_job_has_a_log_and_a_benchmark_and_leaves_no_checkpoint(finished):
    logs = list((finished.folder / "logs/smoke").rglob("*.log"))
    benchmarks = list((finished.folder / RESULTS / "benchmarks").rglob("*.tsv"))
    assert len(logs) == len(benchmarks) == 1 + 4 * 4 + 4 + 2
    assert not list((finished.folder / RESULTS).rglob("checkpoint*"))


def test_a_second_run_has_nothing_to_do(finished):
    assert "Nothing to be done" in finished.snakemake().stderr
    assert finished.to_run() == {}


@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    [
        (
            "config/smoke.yaml",
            "validate_every: 20",
            "validate_every: 40",
            {"tune": 4, "train": 4, "evaluate": 4, "encode": 4},
        ),
        ("config.yaml", "rtol: 1.0e-5", "rtol: 1.0e-6", {"tune": 4, "train": 4, "evaluate": 4, "encode": 4}),
        ("config.yaml", "confidence: 0.95", "confidence: 0.9", {"claims": 1, "all": 1}),
        ("config.yaml", "seeds: [0, 1, 2, 3, 4] #", "seeds: [5, 6] #", {}),  # the overlay has seeds of its own
        ("src/pathlode/plots/dynamics.py", '"time t"', '"time"', {"plot": 4, "all": 1}),
        ("src/pathlode/plots/style.py", "WIDTH = 7.1", "WIDTH = 7.0", {"plot": 4, "all": 1}),
        ("src/pathlode/claims.py", "Ratio:\n", "Ratio:  # edited\n", {"claims": 1, "all": 1}),
        ("claims.yaml", "Path minimisation keeps", "Path minimisation holds", {"claims": 1, "all": 1}),
        (
            "src/pathlode/systems/oscillator.py",
            "frequency * times",
            "1.0 * frequency * times",
            {"simulate": 1, "tune": 4},
        ),
        (
            "src/pathlode/losses.py",
            "0.5 / batch",
            "1 / (2 * batch)",
            {"tune": 4, "train": 4, "evaluate": 4, "encode": 4},
        ),
        ("src/pathlode/train.py", "math.inf", "float('inf')", {"tune": 4, "train": 4, "evaluate": 4, "encode": 4}),
    ],
)
def test_a_change_runs_again_what_depends_on_it_and_nothing_else(finished, file, old, new, expected):
    original = (finished.folder / file).read_text()
    finished.edit(file, old, new)
    try:
        planned = finished.to_run()
    finally:
        (finished.folder / file).write_text(original)
    assert {rule: planned.get(rule, 0) for rule in expected} == expected
    if "train" not in expected and "tune" not in expected:
        assert planned == expected
    else:
        assert ("simulate" in planned) == ("simulate" in expected)


def test_the_report_holds_every_figure_and_caption(finished, tmp_path):
    report = tmp_path / "report.html"
    done = finished.snakemake("--report", str(report))
    assert done.returncode == 0, done.stderr
    text = report.read_text()
    captions = [
        "Held-out trajectories of coupled_oscillator (gru",
        "The latent path of one",
        "time since the last observation",
    ]
    captions += [
        "Validation error during training",
        "Scores of every trained model",
        "Every candidate of the tuning grid",
    ]
    for caption in [*captions, "Every claim with the ratio"]:
        assert caption in text


def test_a_touched_but_equal_file_runs_nothing(finished):
    (finished.folder / "src/pathlode/train.py").touch()
    assert finished.to_run() == {}


@pytest.mark.parametrize("file", ["data.npz", "gru-path/chosen.json", "gru-path/model.pt", "gru-kl/curves.npz"])
def test_a_missing_file_in_the_middle_is_made_again(finished, tmp_path, file):
    """A run that is killed while it replaces a file leaves it missing."""
    path = finished.folder / RESULTS / "dynamics/coupled_oscillator" / file
    path.rename(tmp_path / "away")
    try:
        assert finished.to_run()
    finally:
        (tmp_path / "away").rename(path)


def test_named_targets(checkout, finished):
    chapter = checkout.to_run("dynamics")
    assert (chapter["train"], chapter["plot"]) == (4, 4)
    assert "claims" not in chapter
    figure = f"{RESULTS}/figures/dynamics/coupled_oscillator/gru/training.png"
    assert checkout.to_run(figure)["plot"] == 1
    assert finished.to_run(figure, "--force") == {"plot": 1}


def test_training_again_gives_the_same_tables(finished, tmp_path):
    copy = Checkout(tmp_path / "copy")
    shutil.copytree(finished.folder, copy.folder)
    done = copy.snakemake("--forcerun", "simulate")
    assert done.returncode == 0, done.stderr

    def tables(checkout):
        table = pd.read_csv(checkout.folder / RESULTS / "tables/dynamics.csv").drop(columns="train_seconds")
        claims = pd.read_csv(checkout.folder / RESULTS / "claims.csv").drop(columns="seconds")
        tuning = (checkout.folder / RESULTS / "tables/tuning.csv").read_bytes()
        latents = (checkout.folder / RESULTS / "dynamics/coupled_oscillator/gru-path/latents.npz").read_bytes()
        return table.to_csv(), claims.to_csv(), tuning, hashlib.sha256(latents).hexdigest()

    assert tables(finished) == tables(copy)


def test_a_damaged_data_file_is_told_in_one_sentence(finished, tmp_path):
    copy = Checkout(tmp_path / "copy")
    shutil.copytree(finished.folder, copy.folder)
    data = copy.folder / RESULTS / "dynamics/coupled_oscillator/data.npz"
    data.write_bytes(data.read_bytes()[:4000])
    done = copy.snakemake(
        "--forcerun", "evaluate", "--rerun-triggers", "code", "--allowed-rules", "evaluate", "tabulate"
    )
    assert done.returncode != 0
    assert "data.npz is not a complete data file of pathlode" in done.stderr + done.stdout
    log = (copy.folder / "logs/smoke/evaluate/coupled_oscillator/gru-path.log").read_text()
    assert "Traceback" not in log
    assert "delete it and simulate again" in log
