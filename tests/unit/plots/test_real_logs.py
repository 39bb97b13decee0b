import pandas as pd
from matplotlib.colors import to_hex

from pathlode.plots.real_logs import error_against_share
from pathlode.plots.style import save_figure

MEANS = pd.DataFrame(
    [
        {
            "source": source,
            "held_out": held_out,
            "model": model,
            "seen": seen,
            "error": 0.01 / seen,
            "covered_90": covered,
        }
        for source, held_out in (("multipowerlaw", "decay"), ("algoperf", "workload"))
        for model, covered in (("modes", 0.9), ("last_value", 0.5))
        for seen in (0.5, 0.1)
    ]
)


def test_a_line_a_model_and_open_markers_where_intervals_are_too_narrow(tmp_path):
    figure = error_against_share(MEANS)
    save_figure(figure, tmp_path / "real_logs.png")
    assert len(figure.axes) == 2
    lines = [line for line in figure.axes[0].lines if line.get_marker() == "None"]
    assert [line.get_ydata().tolist() for line in lines] == [[10.0, 2.0], [10.0, 2.0]]
    inside = [to_hex(line.get_markerfacecolor()) for line in figure.axes[0].lines if line.get_marker() != "None"]
    assert [colour == "#ffffff" for colour in inside] == [False, False, True, True]
    assert (tmp_path / "real_logs.png").stat().st_size > 10_000
