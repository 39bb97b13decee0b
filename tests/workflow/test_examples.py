"""The scripts of the guide run, on a small table of the form of the real one and on the real one."""

import re
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from workflow_checkout import PROJECT, TIME_LIMIT

REAL = PROJECT.parent / "shared/data/japanese_vowels"


def run(*arguments, cwd=PROJECT):
    done = subprocess.run(
        [sys.executable, *map(str, arguments)], capture_output=True, text=True, timeout=TIME_LIMIT, cwd=cwd
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def forecast(table, output, series, time, steps=60):
    """What the script prints, by label: errors of the forecaster, the last value and the mean, and the coverage in percent."""
    options = ["--series", series, "--time", time, "--members", 1, "--steps", steps, "-o", output]
    lines = run(PROJECT / "examples/from_csv.py", table, *options)
    return {line.split(":")[0]: [float(number) for number in re.findall(r"\d+\.?\d*", line)] for line in lines}


def test_a_table_with_gaps_becomes_a_forecast_with_intervals(tmp_path):
    """Decays, which end far below their mean and their last shown value."""
    rng, parts = np.random.default_rng(0), []
    for number in range(60):
        times = np.sort(rng.choice(np.arange(40), rng.integers(10, 20), replace=False)) / 4
        values = rng.uniform(1, 3, 2) * np.exp(-0.3 * times)[:, None] + 0.02 * rng.standard_normal((len(times), 2))
        values[rng.random(values.shape) < 0.1] = np.nan
        parts.append(pd.DataFrame(values, columns=["x", "y"]).assign(name=f"s{number:02d}", hour=times))
    table = pd.concat(parts).dropna(how="all", subset=["x", "y"])
    table.to_csv(tmp_path / "table.csv", index=False)
    scores = forecast(tmp_path / "table.csv", tmp_path / "forecast.csv", "name", "hour", steps=150)
    for error, last, mean, _, covered in scores.values():
        assert error < min(last, mean)
        assert 60 < covered <= 100
    found = pd.read_csv(tmp_path / "forecast.csv")
    assert set(found["name"]) == {f"s{number:02d}" for number in range(4, 60, 5)}
    assert (found["x_low"] < found["x"]).all()
    assert (found["x"] < found["x_high"]).all()
    one, told = (each[each["name"] == "s04"]["hour"] for each in (table, found))
    assert told.tolist() == one.tolist()[2 * len(one) // 3 :]


def test_the_task_of_sbibm_gets_draws_for_each_of_its_observations(tmp_path):
    """With files of its form in place of the package."""
    files = tmp_path / "sbibm/tasks/lotka_volterra/files"
    for number in range(1, 11):
        (files / f"num_observation_{number}").mkdir(parents=True)
        rows = [",".join(f"data_{i}" for i in range(20)), ",".join(f"{5 + i + number}" for i in range(20))]
        (files / f"num_observation_{number}/observation.csv").write_text("\n".join(rows))
    (tmp_path / "sbibm/__init__.py").write_text("")
    script = f"import sys, runpy; sys.path.insert(0, {str(tmp_path)!r}); sys.argv = ['sbibm', '100', '--draws', '20', '--steps', '10', '--sharpen']"
    lines = run("-c", f"{script}; runpy.run_path({str(PROJECT / 'examples/sbibm_lotka_volterra.py')!r})", cwd=tmp_path)
    assert len(lines) == 10
    found = pd.read_csv(tmp_path / "results/inference/sbibm/100/samples.csv")
    assert found.columns.tolist() == ["observation", "alpha", "beta", "gamma", "delta"]
    assert found["observation"].value_counts().to_dict() == dict.fromkeys(range(1, 11), 20)
    assert (found > 0).all().all()


@pytest.mark.skipif(not REAL.is_dir(), reason="the vowels are not in ../shared/data")
def test_the_real_table_is_written_and_forecast(tmp_path):
    for part in ("config/real.yaml", "config/checksums/japanese_vowels.sha256"):
        (tmp_path / part).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / part).write_text((PROJECT / part).read_text().replace("../shared/data", str(REAL.parent)))
    run(PROJECT / "examples/vowels.py", cwd=tmp_path)
    table = pd.read_csv(tmp_path / "resources/vowels.csv")
    assert table.columns.tolist() == ["utterance", "frame", "c1", "c2", "c3"]
    assert table["utterance"].nunique() == 640
    assert float(table[["c1", "c2", "c3"]].isna().mean().mean()) == pytest.approx(0.1, abs=0.01)
    scores = forecast(tmp_path / "resources/vowels.csv", tmp_path / "forecast.csv", "utterance", "frame")
    assert list(scores) == ["between observations", "beyond them"]
    assert scores["beyond them"][0] < scores["beyond them"][2]  # the mean of what was shown
