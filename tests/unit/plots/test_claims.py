import math

import numpy as np
import pandas as pd
import pytest
from drawing import drawn
from matplotlib.colors import to_hex

from pathlode.plots.claims import agreement, claims, papers_claims
from pathlode.plots.settling import settling
from pathlode.plots.verdicts import SHADES, SIGNS, TINTS

CELL = {
    "id": "A1",
    "paper": "A",
    "where": "pendulum",
    "n": 10,
    "ratio": 2.0,
    "low": 1.5,
    "high": 3.0,
    "margin": 1.1,
    "factor": 1.0,
    "verdict": "better",
    "target": "dynamics",
}


def table(*changes):
    return pd.DataFrame([CELL | change for change in changes])


def markers(axis):
    return [line.get_marker() for line in axis.lines]


def test_claims_have_a_row_each_and_a_panel_a_system(tmp_path):
    cells = table(
        {},
        {"where": "spring", "ratio": 0.5, "low": 0.0, "high": math.inf, "verdict": "undecided", "factor": 0.8},
        {"id": "A2", "n": 0, "ratio": np.nan, "verdict": "not run"},
        {"id": "AA", "paper": "control"},
        {"id": "B1", "target": "ecg"},
    )
    figure = drawn(claims(cells), tmp_path)
    assert [axis.get_title() for axis in figure.axes] == ["pendulum", "spring", "pendulum"]
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == ["A1"]
    assert [label.get_text() for label in figure.axes[2].get_yticklabels()] == ["B1"]
    assert [block.get_suptitle() for block in figure.subfigs] == ["dynamics", "ecg"]
    assert {"<", ">"} & {*markers(figure.axes[0])} == set()
    assert {"<", ">"} < {*markers(figure.axes[1])}  # an interval without ends


def test_the_papers_claims_are_drawn_without_ours(tmp_path):
    cells = table({"paper": "ours"}, {"id": "A2"}, {"id": "AA", "paper": "control"})
    (axis,) = drawn(papers_claims(cells), tmp_path).axes
    assert [label.get_text() for label in axis.get_yticklabels()] == ["A2"]


@pytest.mark.parametrize("verdict", SHADES)
def test_a_verdict_shows_in_marker_colour_and_tint(verdict, tmp_path):
    (axis,) = drawn(claims(table({"verdict": verdict})), tmp_path).axes
    (point,) = (line for line in axis.lines if line.get_marker() == SIGNS[verdict])
    assert to_hex(point.get_markeredgecolor()) == to_hex(SHADES[verdict])
    hollow = to_hex(point.get_markerfacecolor()) == "#ffffff"
    assert hollow == (verdict == "undecided")
    tints = {to_hex(patch.get_facecolor()) for patch in axis.patches}
    assert tints == (
        {TINTS[verdict].lower()} if verdict in TINTS else {to_hex("0.97")} if verdict == "inadequate" else set()
    )


def test_verdicts_differ_without_colour():
    looks = {verdict: (SIGNS[verdict], verdict == "undecided") for verdict in SHADES}
    assert len(set(looks.values())) == len(SHADES) == 5


def test_the_margin_is_a_band_around_the_factor(tmp_path):
    (axis,) = drawn(claims(table({"factor": 3.0, "margin": 1.25})), tmp_path).axes
    corners = axis.collections[0].get_paths()[0].vertices[:, 0]
    assert [corners.min(), corners.max()] == pytest.approx([3 / 1.25, 3 * 1.25])


def test_settling_has_a_panel_per_claim_and_system_with_a_bar_per_number_of_replicates(tmp_path):
    runs = [
        {"n": n, "low": 2 - 4 / n, "high": 2 + 4 / n, "verdict": "better" if n > 4 else "undecided"}
        for n in range(2, 9)
    ]
    cells = {}, {"id": "A2", "where": "spring", "verdict": "inadequate"}
    figure = drawn(settling(table(*(cell | run for cell in cells for run in runs)), table(*cells)), tmp_path)
    shown = [axis for axis in figure.axes if axis.collections]
    assert len(figure.axes) == 4
    assert len(shown) == 2
    bars = {to_hex(each.get_color()[0]): len(each.get_segments()) for each in shown[0].collections}
    assert bars == {to_hex(SHADES["better"]): 4, to_hex(SHADES["undecided"]): 3}
    assert [to_hex(axis.patch.get_facecolor()) for axis in shown] == [TINTS["better"].lower(), to_hex("0.97")]
    assert [axis.patch.get_hatch() for axis in shown] == [None, "////"]
    assert all(axis.xaxis.get_tick_params()["labelbottom"] for axis in shown)  # each is the last of its column
    low, high = shown[0].get_ylim()
    assert low * high == pytest.approx(1.0)  # 1 is in the middle
    assert high > 2.5


def test_both_runs_stand_below_each_other_and_what_differs_is_marked(tmp_path):
    both = {
        "published": "better",
        "published_ratio": 2.0,
        "published_low": 1.5,
        "published_high": 3.0,
        "here": "better",
    }
    cells = table(
        both | {"agreement": "confirmed"},
        both | {"id": "A2", "agreement": "contradicted", "here": "worse", "ratio": 0.5, "low": 0.4, "high": 0.6},
        both | {"id": "A3", "agreement": "undecided", "here": "not run", "ratio": np.nan, "low": np.nan},
        both | {"id": "O1", "paper": "ours", "agreement": "confirmed"},
    )
    (axis,) = drawn(agreement(cells), tmp_path).axes
    assert [label.get_text() for label in axis.get_yticklabels()] == ["A1", "A2", "A3"]
    heights = sorted({float(line.get_ydata()[0]) for line in axis.lines if line.get_marker() in ("|", "o", "X")})
    assert heights == pytest.approx([-0.2, 0.2, 0.8, 1.2, 1.8])  # no interval of A3 here
    signs = [(line.get_marker(), line.get_ydata()[0]) for line in axis.lines if "$" in str(line.get_marker())]
    assert signs == [(r"$\times$", 1), ("$?$", 2)]


@pytest.mark.parametrize("draw", [claims, papers_claims, lambda none: settling(none, none), agreement])
def test_without_claims_the_figure_says_so(draw, tmp_path):
    figure = drawn(draw(table({}).iloc[:0]), tmp_path)
    assert [text.get_text() for text in figure.texts] == ["no claim to show"]
