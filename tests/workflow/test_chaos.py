"""The chapter on chaos at smoke scale."""

import numpy as np
import pandas as pd
import pytest

from pathlode.chaos.results import CHAOS_MEASURES, ChaosRanks, ChaosScores, ChaosTable, ShownOrbits

RESULTS = "results/smoke"
ROWS = {"Lorenz": {"path", "forced_ode", "constant"}}
ROWS |= {"Rucklidge": ROWS["Lorenz"], "Lorenz_grid": {"al_rnn", "echo_state", "constant"}}

pytestmark = pytest.mark.xdist_group("pipeline")  # all tests on the finished copy in one worker: it is made once


def test_every_table_and_figure_of_the_chapter_is_made(finished):
    tables, figures = (finished.folder / RESULTS / name for name in ("tables", "figures/chaos"))
    table = ChaosTable(pd.read_csv(tables / "chaos.csv")).table
    assert list(table) == ["flow", "row", "replicate", "measure", "value", "floor"]
    assert {flow: set(own) for flow, own in table.groupby("flow")["row"]} == ROWS
    assert len(table) == 9 * 2 * len(CHAOS_MEASURES)
    assert (table.groupby(["flow", "replicate", "measure"])["floor"].nunique(dropna=False) == 1).all()
    assert (table.loc[table["measure"] == "smape_1", ["value", "floor"]].to_numpy() > 0).all()
    scores = ChaosScores(pd.read_csv(tables / "chaos_scores.csv")).table
    assert set(scores.loc[scores["flow"] == "all", "row"]) == ROWS["Lorenz"] | {"truth"}
    trained = scores[scores["row"].isin(["path", "forced_ode", "al_rnn", "echo_state"])]
    assert (trained["train_seconds"] > 0).all()
    ranks = ChaosRanks(pd.read_csv(tables / "chaos_ranks.csv")).table
    assert set(ranks["row"]) == ROWS["Lorenz"]
    assert set(ranks["blocks"]) == {2}
    assert len(pd.read_csv(tables / "chaos_summary.csv")) == 9 + 3
    assert "dysts" in (tables / "chaos_published.md").read_text()
    for name in ("attractors", "divergence", "spectra", "flows", "ranks", "symbols"):
        assert (figures / f"{name}.png").stat().st_size > 10_000


def test_the_orbit_of_the_almost_linear_network_is_coded(finished):
    shown = ShownOrbits.load(finished.folder / RESULTS / "chaos/grid0/0-1/shown.npz")
    assert list(shown.codes) == ["Lorenz_grid/al_rnn"]
    assert np.isin(shown.codes["Lorenz_grid/al_rnn"], range(4)).all()
    assert shown.coded["Lorenz_grid/al_rnn"].shape == (len(shown.codes["Lorenz_grid/al_rnn"]), 3)
