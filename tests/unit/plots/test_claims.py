import numpy as np
import pandas as pd
from drawing import drawn

from pathlode.plots.claims import claims


def test_claims_have_a_row_each_and_a_panel_a_system(tmp_path):
    table = pd.DataFrame(
        {
            "id": ["A1", "A1", "A2"],
            "system": ["pendulum", "spring", "pendulum"],
            "n": [5, 5, 0],
            "value": [2.0, 0.5, np.nan],
            "low": [1.5, 0.0, np.nan],
            "high": [3.0, np.inf, np.nan],
            "verdict": ["holds", "unclear", "not run"],
            "factor": [1.0, 0.8, 1.0],
            "target": "dynamics",
        }
    )
    beats = table.assign(id="B1", target="ecg").iloc[:1]
    figure = drawn(claims(pd.concat([table, beats])), tmp_path)
    assert [axis.get_title() for axis in figure.axes] == ["pendulum", "spring", "pendulum"]
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == ["A1"]
    assert [label.get_text() for label in figure.axes[2].get_yticklabels()] == ["B1"]
    markers = [[line.get_marker() for line in axis.lines] for axis in figure.axes[:2]]
    assert [{"|", "<", ">"} & {*each} for each in markers] == [
        set(),
        {"|", "<", ">"},
    ]  # a threshold, an interval without ends
