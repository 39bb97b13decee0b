"""Readers of both sources, on invented files in their forms."""

import json

import numpy as np
import pandas as pd
import pytest

from pathlode.download import checksums
from pathlode.errors import ConfigError, DataError
from pathlode.schedule.real_logs.algoperf import WORKLOAD_METRICS, read_algoperf_metrics
from pathlode.schedule.real_logs.artefacts import RealLogs
from pathlode.schedule.real_logs.fetching import fetch_logs, write_list
from pathlode.schedule.real_logs.invented import invent
from pathlode.schedule.real_logs.multipowerlaw import read_multipowerlaw
from pathlode.schedule.real_logs.scores import mean_scores, summary
from pathlode.schedule.real_logs.trial import predict_logs

LANGUAGE = {"sizes": [25], "past": ["constant_24000", "cosine_24000"], "held_out": {"decay": ["wsd_20000_24000"]}}
WORKLOADS = {"workloads": ["fastmri", "wmt"], "studies": 1, "past_studies": 1}


def test_language_models(tmp_path):
    invent("multipowerlaw", tmp_path, LANGUAGE)
    (run,) = read_multipowerlaw(tmp_path, 25, ["constant_24000"])
    assert (run.group, run.name) == ("25M", "constant_24000")
    assert run.sums(run.steps[:2]) == pytest.approx([0.3, 3e-4 * (run.steps[1] - 1000)])  # a warm-up of 2000 steps
    file = tmp_path / "csv_25/constant_24000.csv"
    pd.read_csv(file).drop(columns="lr").to_csv(file, index=False)
    with pytest.raises(DataError, match="constant_24000.csv has no column 'lr', only loss, step; expected step, lr"):
        read_multipowerlaw(tmp_path, 25, ["constant_24000"])


def test_metrics_of_workloads_become_losses(tmp_path):
    invent("algoperf", tmp_path, WORKLOADS)
    runs = read_algoperf_metrics(tmp_path, "wmt", [0])
    assert [run.settings for run in runs] == [f"trial_{number}" for number in range(1, 6)]
    table = pd.read_csv(tmp_path / "study_0/wmt_jax/trial_1/eval_measurements.csv")
    assert runs[0].losses == pytest.approx(1 - table["validation/bleu"].to_numpy()[1:] / 100)  # without the untrained
    assert runs[0].rates.max() == pytest.approx(0.001)
    assert runs[0].rates[-1] == pytest.approx(0.0, abs=1e-12)
    assert runs[0].rates_at(np.array([0.025 * 133_333])) == pytest.approx([0.0005], rel=1e-3)
    assert len(WORKLOAD_METRICS) == 8
    (tmp_path / "study_0/wmt_jax/trial_2/hparams.json").write_text(json.dumps({"learning_rate": 1}))
    with pytest.raises(
        DataError, match="hparams.json cannot be read .KeyError.'warmup_factor'.*expected learning_rate"
    ):
        read_algoperf_metrics(tmp_path, "wmt", [0])
    with pytest.raises(ConfigError, match="workload is mnist, expected one of criteo1tb"):
        read_algoperf_metrics(tmp_path, "mnist", [0])


def test_files_below_folders_are_fetched_and_checked(tmp_path):
    source, target = tmp_path / "source", tmp_path / "target"
    files = invent("multipowerlaw", source, LANGUAGE)
    write_list(tmp_path / "logs.sha256", source, files)
    listed = checksums(tmp_path / "logs.sha256")
    assert list(listed) == [f"csv_25/{name}.csv" for name in ("constant_24000", "cosine_24000", "wsd_20000_24000")]
    fetch_logs(target, [str(source)], listed, "mirrors")
    assert (target / "csv_25/cosine_24000.csv").read_bytes() == files[1].read_bytes()
    (target / "csv_25/cosine_24000.csv").unlink()
    files[1].write_text("other")
    with pytest.raises(DataError, match="csv_25/cosine_24000.csv could not be fetched from any of mirrors .*SHA-256"):
        fetch_logs(target, [str(source)], listed, "mirrors")


def test_all_is_scored_and_averaged(tmp_path):
    tables = []
    for source, settings in (("multipowerlaw", LANGUAGE), ("algoperf", WORKLOADS)):
        invent(source, tmp_path / source, settings)
        tables.append(predict_logs(source, tmp_path / source, settings, ["last_value"], [0.2, 0.5]).table)
    assert list(map(len, tables)) == [2, 2 * 2 * 10]
    means = mean_scores(pd.concat(tables))
    assert list(means.table) == list(RealLogs.columns)
    assert list(means.table) == ["source", "held_out", "model", "seen", "error", "spread", "covered_90"]
    assert means.table["held_out"].unique().tolist() == ["decay", "settings", "workload"]
    assert means.table["error"].iloc[0] == pytest.approx(abs(tables[0]["error"].iloc[0]))
    assert means.table["covered_90"].between(0, 1).all()
    shown = summary(means.table)
    assert len(shown) == 3
    assert "error (%), 20% seen" in shown
