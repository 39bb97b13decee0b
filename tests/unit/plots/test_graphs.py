import numpy as np
import pandas as pd
from drawing import assert_drawn_with_labels
from matplotlib.colors import to_hex

from pathlode.plots.graphs import influence_maps
from pathlode.plots.style import VERMILLION

STRENGTHS = {("x", "x"): 9.0, ("x", "y"): 2.0, ("y", "x"): 1.0, ("y", "y"): 0.0}


def test_every_row_of_a_system_is_a_map_with_its_edges_framed(tmp_path):
    lines = [
        {"data": data, "row": row, "replicate": seed, "driven": driven, "driver": driver, "influence": value + seed}
        | {"edge": driven == "x"}
        for data, row in (("lorenz", "c_node"), ("lorenz", "sindy"), ("toy", "c_node"))
        for seed in (0, 1, 2)
        for (driven, driver), value in STRENGTHS.items()
    ]
    scores = pd.DataFrame(
        [("lorenz", "c_node", 0.5), ("lorenz", "c_node", 1.0), ("lorenz", "sindy", 1.0), ("toy", "c_node", None)],
        columns=["data", "row", "auroc"],
    ).astype({"auroc": float})
    figure = influence_maps(pd.DataFrame(lines), scores)
    assert_drawn_with_labels(figure, tmp_path)
    first, second, *_ = shown = [axis for axis in figure.axes if axis.axison]
    assert [axis.get_title() for axis in shown] == ["c node\nAUROC 0.75", "sindy\nAUROC 1.00", "c node"]
    assert first.collections[0].get_array().filled(-1).ravel().tolist() == [-1, 1.0, 2 / 3, -1]
    assert [text.get_text() for text in first.texts] == ["1.0", "0.7"]
    (frame,) = second.patches
    assert (*np.floor(frame.get_xy()), to_hex(frame.get_edgecolor()).upper()) == (1, 0, VERMILLION)
    assert [label.get_text() for label in first.get_yticklabels()] == ["dx/dt", "dy/dt"]
