import itertools

import numpy as np
import pandas as pd
import pytest
from drawing import drawn

from pathlode.ecg.patients import score_patients
from pathlode.ecg.results import PatientScores
from pathlode.plots.patients import f1_over_patients, patient_panels

RNG = np.random.default_rng(0)


def test_points_are_medians_over_replicates(tmp_path):
    truth, records = RNG.integers(0, 3, 400).astype(np.int8), np.repeat(["100", "103", "200", "232"], 100)
    said = [np.where(RNG.random(400) < 0.8, truth, 0).astype(np.int8) for _ in range(3)]
    tables = [score_patients(truth, each, records, "NSVF").assign(seed=seed) for seed, each in enumerate(said)]
    scores = pd.concat(tables).assign(model="mine", rr=True)
    figure = drawn(patient_panels(scores, "mine"), tmp_path)
    line = figure.axes[0].get_lines()[0]
    assert line.get_label() == "sensitivity"
    of_232 = scores.query("record == '232' and `class` == 'S'")["sensitivity"].median()
    assert line.get_ydata()[3] == pytest.approx(of_232)
    assert [tick.get_text().split("\n")[0] for tick in figure.axes[1].get_xticklabels()][-3:] == [
        "232",
        "gross",
        "average",
    ]


def test_a_table_without_new_patients_has_no_points():
    none = pd.DataFrame(columns=list(PatientScores.columns))
    assert len(patient_panels(none, "mine").axes[0].get_xticks()) == 0


def test_intervals_of_f1_hold_the_patients_part(tmp_path):
    conditions = {"90 Hz": 90.0, "360 Hz": 360.0}
    grid = itertools.product(["random", "inter_patient"], conditions, ["mine", "paper"], [False, True], [0, 1, 2])
    scores = pd.DataFrame(grid, columns=["split", "condition", "model", "rr", "seed"]).assign(**{"class": "macro"})
    scores["rate_hz"] = scores["condition"].map(conditions)
    scores["f1"] = 0.6 + 0.01 * scores["seed"]
    mine = scores[(scores["split"] == "inter_patient") & (scores["model"] == "mine")]
    spread = {"90 Hz": 0.0, "360 Hz": 0.02}
    left_out = pd.concat(
        mine.assign(without=str(unit), f1=mine["f1"] + mine["condition"].map(spread) * RNG.normal())
        for unit in range(22)
    )
    figure = drawn(f1_over_patients(scores, left_out, ["mine", "paper"], list(conditions), 0.95), tmp_path)
    (points,) = figure.axes[1].get_lines()
    assert points.get_xdata() == pytest.approx([90, 360])
    assert points.get_ydata() == pytest.approx([0.61, 0.61])
    narrow, wide = (np.diff(bar[:, 1])[0] for bar in figure.axes[1].collections[0].get_segments())
    assert narrow == pytest.approx(2 * 4.303 * 0.01 / np.sqrt(3), rel=0.01)  # Student's t of three replicates
    assert wide > 3 * narrow
