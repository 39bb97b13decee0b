import json

import numpy as np
import pandas as pd
import pytest

from pathlode.errors import ConfigError, DataError
from pathlode.schedule.algoperf_logs import read_algoperf, warm_up_cosine

NAMES = {"train_loss": "train/loss", "val_metric": "validation/ssim"}


def write(folder, trial, peak, diverged=False):
    """A run of 10 measurements, over the whole schedule."""
    place = folder / "study_0" / "fastmri_jax" / f"trial_{trial}"
    place.mkdir(parents=True)
    steps = np.linspace(1, 36_189, 10).round().astype(int)
    loss = np.linspace(1, 0.3, 10)
    table = {"global_step": steps, "train/loss": np.where(steps > 20_000, np.nan, loss) if diverged else loss}
    pd.DataFrame(table | {"validation/ssim": 0.7, "total_duration": steps / 10}).to_csv(
        place / "eval_measurements.csv", index=False
    )
    (place / "hparams.json").write_text(json.dumps({"learning_rate": peak, "warmup_factor": 0.05, "beta2": 0.9}))


def test_rates_rise_linearly_and_fall_as_half_a_cosine():
    steps = pd.Series([0.0, 5.0, 10.0, 55.0, 100.0, 120.0])
    assert warm_up_cosine(steps, 2.0, 0.1, 100).tolist() == pytest.approx([0.0, 1.0, 2.0, 1.0, 0.0, 0.0])
    assert warm_up_cosine(pd.Series([0.0, 1.0]), 2.0, 0.0, 2).tolist() == pytest.approx([0.0, 1.0])


def test_runs_have_the_rates_of_their_settings(tmp_path):
    for trial, peak in ((1, 0.1), (2, 0.3)):
        write(tmp_path, trial, peak)
    write(tmp_path, 3, 0.1, diverged=True)
    runs = read_algoperf(tmp_path, "fastmri", NAMES)
    assert runs.ids == ["study_0/trial_1", "study_0/trial_2"]
    assert list(runs.left_out) == ["study_0/trial_3"]
    second = runs.table.query("run_id == 'study_0/trial_2'")
    assert second["lr"].iloc[0] == pytest.approx(0.3 / int(0.05 * 36_189))
    assert second["lr"].iloc[-1] == pytest.approx(0, abs=1e-12)
    assert second["lr"].max() < 0.3
    assert second["seconds"].iloc[-1] == pytest.approx(3618.8)


def test_what_is_no_run_of_algoperf_is_refused(tmp_path):
    with pytest.raises(ConfigError, match="workload is mnist, expected one of criteo1tb, fastmri"):
        read_algoperf(tmp_path, "mnist", NAMES)
    with pytest.raises(DataError, match="holds no runs of wmt, expected study_0/wmt_jax/trial_1/eval_measurements.csv"):
        read_algoperf(tmp_path, "wmt", NAMES)
    write(tmp_path, 1, 0.1)
    (tmp_path / "study_0/fastmri_jax/trial_1/hparams.json").write_text("{}")
    with pytest.raises(
        DataError, match="hparams.json cannot be read .KeyError.'learning_rate'.*, expected learning_rate"
    ):
        read_algoperf(tmp_path, "fastmri", NAMES)
