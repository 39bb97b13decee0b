import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from pathlode.errors import DataError
from pathlode.inference.histories import flow_facts
from pathlode.inference.scores import FlowScores, ShownPosteriors


def test_what_figures_show_comes_back(tmp_path):
    shown = ShownPosteriors(
        summary="path",
        effective=0.25,
        truth=np.ones((3, 2)),
        ranks=np.ones((3, 2)),
        tarp_levels=np.linspace(0, 1, 4, dtype=np.float32),
        tarp_covered=np.linspace(0, 1, 4, dtype=np.float32),
        levels=np.ones(5),
        coverage=np.ones(5),
        mean=np.ones((3, 2)),
        std=np.ones((3, 2)),
        draws=np.arange(14.0).reshape(7, 1, 2),
        sharpened=np.ones((7, 2)),
        outside=np.ones((7, 2)),
    )
    shown.save(tmp_path / "posteriors.npz")
    back = ShownPosteriors.load(tmp_path / "posteriors.npz")
    assert (back.summary, back.effective) == ("path", 0.25)
    assert back.tarp_levels.dtype == np.float32
    np.testing.assert_array_equal(back.draws, shown.draws)


def test_a_table_of_scores_lacks_no_column(tmp_path):
    row = flow_facts("path", "zuko", 60, 1) | dict.fromkeys(list(FlowScores.columns)[4:], 0.1234567)
    FlowScores(pd.DataFrame([row])).save(tmp_path / "scores.csv")
    assert FlowScores.load(tmp_path / "scores.csv").table["c2st"].tolist() == [0.123457]
    with pytest.raises(DataError, match="lacks the column 'n_train'"):
        FlowScores(pd.DataFrame([row]).drop(columns="n_train"))


def test_jobs_of_tables_and_figures_do_without_the_seconds_of_pytorch():
    modules = ("columns", "criteria", "reference_posteriors", "scores")
    names = ["pathlode.plots.inference", *(f"pathlode.inference.{name}" for name in modules)]
    done = subprocess.run([sys.executable, "-c", f"import sys, {', '.join(names)}; sys.exit('torch' in sys.modules)"])
    assert done.returncode == 0
