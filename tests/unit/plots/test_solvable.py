import numpy as np
import pandas as pd
from matplotlib.colors import to_hex

from pathlode.plots.solvable import BESIDE, LARGEST_RATIO, chosen_schedules, from_past_runs, regret
from pathlode.plots.style import BLACK, VERMILLION, save_figure

REGRETS = pd.DataFrame(
    [
        {"task": task, "policy": policy, "ratio": ratio, "low": low, "high": 1.2 * ratio}
        for task in ("river", "net")
        for policy, ratio, low in (("optimal", 1.0, np.nan), ("plan", 1.1, 1.0), ("cosine", 50.0, 40.0))
    ]
)


def test_a_dot_a_policy_with_its_interval(tmp_path):
    figure = regret(REGRETS)
    save_figure(figure, tmp_path / "regret.png")
    lines = figure.axes[0].lines
    dots = [line for line in lines if line.get_marker() == "o"]
    assert [line.get_xdata()[0] for line in dots] == [1.0, 1.1, LARGEST_RATIO]
    assert [to_hex(line.get_color()).upper() for line in dots] == [BLACK, VERMILLION, BLACK]
    assert len(lines) == 3 + 2 + 1  # dots, intervals and the line at the optimum
    assert (tmp_path / "regret.png").stat().st_size > 10_000


def test_a_line_a_replicate_over_the_best_schedule(tmp_path):
    rates = {"optimal": np.full((2, 8), 0.1), "plan": np.full((2, 8), 0.05), "lode": np.full((2, 8), 0.02)}
    rates["lode"][1] = np.nan
    figure = chosen_schedules({"river": rates, "net": {"optimal": rates["optimal"]}})
    save_figure(figure, tmp_path / "planned.png")
    assert [len(axis.lines) for axis in figure.axes] == [2 + 1 + 1, 1]
    assert figure.legends


def test_a_line_a_list_of_schedules_against_the_number_of_runs(tmp_path):
    measured = {f"{name}{end}": [1.5, 1.2] for name in ("plan", "best_past", "error") for end in ("", "_low", "_high")}
    lists = [pd.DataFrame({"task": "net", "schedules": name, "runs": [2, 5]} | measured) for name in ("four", "one")]
    figure = from_past_runs(pd.concat(lists))
    save_figure(figure, tmp_path / "past_runs.png")
    assert [len(axis.lines) for axis in figure.axes] == [2 * 2 + 1, 2]
    assert [line.get_xdata().tolist() for line in figure.axes[1].lines] == [[2, 5], [2 * BESIDE, 5 * BESIDE]]
