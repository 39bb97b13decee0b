import pandas as pd
from drawing import drawn

from pathlode.plots.worn import worn_panels


def test_a_panel_for_each_noise_and_one_for_the_changes(tmp_path):
    rows = [("none", None, 0.8, 0.0), ("hum", 12, 0.7, 0.1), ("hum", 0, 0.4, 0.9), ("turned", None, 0.3, 0.0)]
    table = pd.DataFrame(rows, columns=["disturbance", "snr_db", "f1", "too_noisy"]).assign(model="mine")
    table["class"] = "macro"
    figure = drawn(worn_panels(table, ["hum"], ["turned"]), tmp_path)
    line, clean, share = figure.axes[0].get_lines()
    assert (line.get_xdata().tolist(), line.get_ydata().tolist()) == ([0, 12], [0.4, 0.7])
    assert clean.get_ydata()[0] == 0.8
    assert share.get_ydata().tolist() == [0.9, 0.1]
    assert figure.axes[1].get_lines()[0].get_ydata().tolist() == [0.3]
