"""The chapter of real data, with invented files in the place of the real ones."""

import hashlib

import numpy as np
import pandas as pd
import pytest

from pathlode.real.archives import content_sha256
from pathlode.real.invented import write_invented
from pathlode.real.measured import MeasuredSeries
from pathlode.real.results import SeriesExamples

SERIES = "results/smoke/real/{}/series.npz"


@pytest.mark.xdist_group("pipeline")
def test_every_table_and_figure_of_the_chapter_is_made(finished):
    tables = finished.folder / "results/smoke/tables"
    scores = pd.read_csv(tables / "real.csv")
    columns = ["data", "task", "model", "replicate", "metric", "value", "train_seconds"]
    assert scores.columns[:7].tolist() == columns
    assert set(scores["source"]) == {"invented"}
    assert (scores["replicate"] == scores["seed"]).all()
    tasks = {data: set(rows["task"]) for data, rows in scores.groupby("data")}
    assert tasks == {
        "physionet": {"interpolation", "forecast", "death"},
        "vowels": {"interpolation", "speaker"},
        "motions": {"interpolation", "forecast", "activity"},
    }
    errors = scores[scores["metric"] == "error"]
    assert set(errors["model"]) == {"path", "curve", "path_head", "last", "mean", "train_mean", "line", "trees"}
    assert (errors[errors["model"] == "train_mean"]["value"] == 1).all()
    assert len(errors) == 7 * 5 * 2 + 2
    assert set(errors[errors["model"] == "path_head"]["task"]) == {"interpolation"}
    assert len(scores[(scores["metric"] == "accuracy") & (scores["model"] == "path_head")]) == 2
    assert (errors[errors["model"].isin(["path", "curve"])]["train_seconds"] > 0).all()
    missed = scores.pivot(index=["data", "task", "model", "replicate"], columns="metric", values="value")["missed"]
    assert (missed.dropna() > 0).all()
    weights = pd.read_csv(tables / "real_weights.csv")
    assert (weights.groupby(["data", "task", "model", "replicate"])["chosen"].sum() == 1).all()
    assert pd.read_csv(tables / "real_data.csv")["series"].tolist() == [60, 72, 48]
    assert len(pd.read_csv(tables / "real_summary.csv")) == 3 * 8 + 1
    assert "arXiv" in (tables / "real_published.md").read_text()
    for name in (
        "physionet_scores",
        "physionet_interpolation",
        "physionet_forecast",
        "vowels_scores",
        "vowels_interpolation",
        "motions_scores",
        "motions_forecast",
        "hudson_bay",
    ):
        assert (finished.folder / f"results/smoke/figures/real/{name}.png").stat().st_size > 10_000


@pytest.mark.xdist_group("pipeline")
def test_posteriors_of_lynx_and_hare_stand_beside_published_ones(finished):
    tables = finished.folder / "results/smoke/tables"
    rows, scores = (pd.read_csv(tables / f"hudson_bay{name}.csv") for name in ("", "_scores"))
    assert rows.groupby("source").size().to_dict() == {"path": 16, "values": 16, "mcmc": 16, "stan": 8}
    assert (rows.groupby("parameter").size() == 7).all()
    assert (rows["q10"] <= rows["q50"]).all()
    assert (rows["q50"] <= rows["q90"]).all()
    assert scores["source"].tolist() == ["path", "path", "values", "values", "mcmc", "mcmc"]
    assert scores["rhat"].notna().tolist() == [False] * 4 + [True] * 2
    assert ((scores["c2st"] > 0.2) & (scores["c2st"] <= 1)).all()


@pytest.mark.xdist_group("pipeline")
def test_examples_are_of_test_series(finished):
    shown = SeriesExamples.load(finished.folder / "results/smoke/real/physionet/forecast/examples.npz")
    assert set(shown.predicted) == {"path", "line", "mean"}
    assert np.isnan(shown.seen[:, 12:]).all()
    assert np.isnan(shown.asked[:, :12]).all()


@pytest.mark.xdist_group("pipeline")
@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    [
        ("config/real.yaml", "tree_values: 10000", "tree_values: 500", {"score_rivals": 3, "train_series": 0, "plot_real": 1}),
        ("config/real.yaml", "share: 0.2, by: value", "share: 0.3, by: value",
         {"read_series": 0, "split_series": 1, "train_series": 4, "score_rivals": 1}),
        ("config/real.yaml", "curve: { model: curve, loss: none }", "curve: { model: curve, loss: none, encoder: lstm }",
         {"split_series": 0, "train_series": 5, "score_series": 5, "score_rivals": 0}),
        ("config/real.yaml", "simple: [line, mean]", "simple: [last]", {"train_series": 0, "score_series": 5}),
    ],
)  # fmt: skip
def test_a_change_runs_again_what_depends_on_it_and_nothing_else(finished, file, old, new, expected):
    planned = finished.to_run_after(file, old, new)
    assert {rule: planned.get(rule, 0) for rule in expected} == expected


@pytest.mark.xdist_group("pipeline")
def test_the_hopper_is_made_by_name(finished):
    planned = {"simulate_hopper": 1, "pose_hopper": 2, "train_hopper": 2, "score_hopper": 2, "tabulate_hopper": 1}
    assert finished.to_run("hopper") == planned | {"hopper": 1}


@pytest.fixture
def with_mirror(checkout):
    """A checkout that takes files for public ones, from a mirror with lists of digests of its own."""
    mirror = checkout.folder / "mirror"
    archive, outcomes, *others, pelts = write_invented(mirror, {"physionet": 40, "vowels": 4, "motions": 6}, seed=3)
    vowels, motions = others[:2], others[2:]
    digests = {archive: content_sha256(archive)}
    digests |= {file: hashlib.sha256(file.read_bytes()).hexdigest() for file in (outcomes, *others, pelts)}
    for name, files in (
        ("physionet2012", (archive, outcomes)),
        ("japanese_vowels", vowels),
        ("basic_motions", motions),
        ("hudson_bay", [pelts]),
    ):
        lines = "".join(f"{digests[file]}  {file.name}\n" for file in files)
        (checkout.folder / f"config/checksums/{name}.sha256").write_text(lines)
    overlay = "  source: public\n  mirrors: { physionet2012: [nowhere, mirror], japanese_vowels: [mirror], basic_motions: [mirror], hudson_bay: [mirror] }\n"
    checkout.edit(
        "config/smoke.yaml", "  source: invented\n  replicates: 2\n  data:", f"{overlay}  replicates: 2\n  data:"
    )
    return checkout


def test_files_come_from_the_first_mirror_that_has_them(with_mirror):
    wanted = [SERIES.format(name) for name in ("physionet", "vowels")]
    done = with_mirror.snakemake(*wanted)
    assert done.returncode == 0, done.stderr
    stays, vowels = (MeasuredSeries.load(with_mirror.folder / path) for path in wanted)
    assert (stays.source, len(stays.counts), len(vowels.counts)) == ("public", 40, 72)
    assert with_mirror.to_run(*wanted) == {}


@pytest.mark.fault("a mirror serves a truncated archive of stays", "a sentence refuses it")
def test_a_damaged_archive_is_refused_in_a_sentence(with_mirror):
    archive = with_mirror.folder / "mirror/set-a.tar.gz"
    archive.write_bytes(archive.read_bytes()[: archive.stat().st_size // 2])
    done = with_mirror.snakemake(SERIES.format("physionet"))
    assert done.returncode != 0
    assert (
        "set-a.tar.gz could not be fetched from any of real.mirrors.physionet2012 (nowhere: no such folder"
        in done.stderr
    )
    assert "it is damaged" in done.stderr
    assert "Traceback" not in done.stderr
