import pandas as pd
from drawing import assert_drawn_with_labels

from pathlode.plots.hybrids import errors_by_training_series


def test_every_row_is_a_line_over_the_numbers_of_series(tmp_path):
    lines = [
        {"data": "mixed_oscillator", "training_series": count, "row": row, "replicate": seed}
        | {"interpolation_nmse": factor * (1 + seed) / count, "extrapolation_nmse": 1.0}
        for count in (10, 100)
        for row, factor in (("hybrid", 1.0), ("expert", 2.0))
        for seed in (0, 1, 2)
    ]
    figure = errors_by_training_series(pd.DataFrame(lines))
    assert_drawn_with_labels(figure, tmp_path)
    left, right = figure.axes
    assert left.get_title() == "mixed oscillator, inside the window"
    assert [label.get_text() for label in left.get_xticklabels()] == ["10", "100"]
    assert left.containers[1].lines[0].get_ydata().tolist() == [0.4, 0.04]
    assert [text.get_text() for text in right.get_legend().get_texts()] == ["hybrid", "expert"]
