"""What made the files of a run at smoke scale."""

import json

import numpy as np
import pandas as pd
import pytest
import torch
import xgboost
from smoke_scale import (
    CHAOS,
    DERIVED,
    ECG,
    EVALUATED,
    INFERENCE,
    PACED,
    REAL,
    RESULTS,
    RIVALS,
    SCHEDULER,
    SIZED,
    SYSTEMS,
    TRAINED,
    TUNED,
)

from pathlode.core.tensor_files import load_tensors
from pathlode.download import checksums
from pathlode.errors import CheckpointError

pytestmark = pytest.mark.xdist_group("pipeline")  # all tests on the finished copy in one worker: it is made once


def origin(path):
    """What a model's file says of its making."""
    if path.suffix == ".pt":
        return load_tensors(path)["origin"]
    if path.suffix == ".pt2":
        found = {"origin.json": ""}
        torch.export.load(path, extra_files=found)
        return json.loads(found["origin.json"])
    try:
        return load_tensors(path)["origin"]
    except CheckpointError:
        booster = xgboost.Booster()
        booster.load_model(bytearray(path.read_bytes()))
        return json.loads(booster.attr("origin"))


def test_every_model_carries_what_made_it(finished):
    results = finished.folder / RESULTS
    files = pd.read_csv(results / "provenance.csv").set_index("file")
    models = [path for suffix in ("pt", "pt2", "bin") for path in results.rglob(f"*.{suffix}")]
    assert {path.name for path in models} >= {"model.pt", "models.pt", "flows.pt", "encoder.pt2", "classifier.bin"}
    for path in models:
        carried, row = origin(path), files.loc[str(path.relative_to(finished.folder))]
        for name in ("rule", "commit", "config", "device"):
            assert carried[name] == row[name]
        assert carried["packages"] == json.loads(row["packages"])
        seeds = json.loads(row["seeds"])
        for name, given in carried["seeds"].items():
            assert seeds[f"{row['rule']}.{name.rsplit('.')[-1]}"] == np.unique(given).tolist()
        assert 0 < carried["seconds"] <= row["seconds"]
        assert 0 < carried["peak_mb"] <= row["peak_mb"]


def test_every_table_names_the_seeds_that_it_goes_back_to(finished):
    files = pd.read_csv(finished.folder / RESULTS / "provenance.csv").set_index("file")
    tables = files[files.index.str.contains("/tables/|claims.csv")]
    assert len(tables) > 20
    without = set(tables.index[[not json.loads(seeds) for seeds in tables["seeds"]]])
    logs = [f"{RESULTS}/tables/real_logs{name}" for name in (".csv", "_runs.csv")]
    logs += [f"{RESULTS}/tables/real_logs_summary.{suffix}" for suffix in ("csv", "md", "tex")]
    assert without == set(logs)  # others ran these trainings, and no setting has a seed


def test_every_job_has_a_log_that_ends_in_its_cost_and_leaves_no_checkpoint(finished):
    logs = list((finished.folder / "logs/smoke").rglob("*.log"))
    assert all(" s of CPU time and at most " in log.read_text().splitlines()[-1] for log in logs)
    others = sum(sum(chapter.values()) for chapter in (ECG, INFERENCE, SCHEDULER, REAL, RIVALS, CHAOS))
    assert len(logs) == others + 3 + TUNED + TRAINED + EVALUATED + SIZED + PACED + 2 + len(DERIVED)
    assert not list((finished.folder / RESULTS).rglob("checkpoint*"))


def test_every_file_is_traced_to_what_made_it(finished):
    files = pd.read_csv(finished.folder / RESULTS / "provenance.csv").set_index("file")
    made = {
        str(path.relative_to(finished.folder))
        for path in (finished.folder / RESULTS).rglob("*.*")
        if path.is_file() and path.name not in ("provenance.csv", "runtime.csv", "runtime.md")
    }
    records = json.loads((finished.folder / RESULTS / "ecg/invented.json").read_text())
    listed = {f"{records['folder']}/{name}" for name in records["digests"]}  # in a file that is traced
    for file in (finished.folder / RESULTS / "scheduler/real_logs/invented").glob("*.sha256"):
        folder = file.relative_to(finished.folder).with_suffix("")
        listed |= {f"{folder}/{name}" for name in checksums(file)}
    assert listed < made
    assert made - listed == set(files.index)
    model = files.loc[f"{RESULTS}/dynamics/coupled_oscillator/0-3/path/model.pt"]
    assert (model["rule"], json.loads(model["seeds"])) == (
        "train",
        {"simulate.seed": [1]} | {f"{rule}.replicates": [0, 1, 2, 3] for rule in ("simulate", "tune", "train")},
    )
    assert json.loads(files.loc[f"{RESULTS}/dynamics/coupled_oscillator/0-3/data.npz", "seeds"]) == {
        "simulate.seed": [1],
        "simulate.replicates": [0, 1, 2, 3],
    }
    assert "torch" in json.loads(model["packages"])
    assert files["config"].nunique() == 1
    assert (files[["seconds", "cpu_seconds", "peak_mb"]] > 0).all(axis=None)
    costs = pd.read_csv(finished.folder / RESULTS / "runtime.csv").set_index("chapter")
    assert costs.loc["dynamics", "jobs"] == TUNED + TRAINED + EVALUATED + SIZED + PACED + 3 + 3 + len(SYSTEMS)
    assert (costs["CPU minutes"] > 0).all()
