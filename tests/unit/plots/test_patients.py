import numpy as np
import pandas as pd
import pytest
from drawing import drawn

from pathlode.ecg.patients import score_patients
from pathlode.ecg.results import PatientScores
from pathlode.plots.patients import patient_panels

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
