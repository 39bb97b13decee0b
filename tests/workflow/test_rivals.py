"""The chapter of rivals at smoke scale."""

import pandas as pd
import pytest

from pathlode.rivals.results import GraphScores, HybridScores, Influences, RivalFailures, RivalRanks, RivalScores

RESULTS = "results/smoke"
ROWS = {"path", "neural_flow", "constant"}
DATA = {"coupled_oscillator": 4, "lotka_volterra_fixed_start": 4, "vowels": 2}  # replicates

pytestmark = pytest.mark.xdist_group("pipeline")  # all tests on the finished copy in one worker: it is made once


def test_every_table_and_figure_of_the_chapter_is_made(finished):
    tables, figures = (finished.folder / RESULTS / name for name in ("tables", "figures/rivals"))
    table = pd.read_csv(tables / "rivals.csv")
    columns = ["data", "row", "replicate", "metric", "value", "train_seconds", "predict_ms", "n_parameters"]
    assert list(table) == columns
    assert len(table) == 3 * (
        2 * 4 * 4 + 4 * 2 + 2 * 2
    )  # two errors and their CRPS on each system, two errors out of range of one, one of each on the vowels
    assert set(table["row"]) == ROWS
    assert (table["value"] > 0).all()
    assert (table["predict_ms"] > 0).all()
    errors = RivalScores(pd.read_csv(tables / "rivals_errors.csv")).table
    assert errors.groupby("data")["seed"].nunique().to_dict() == DATA
    trained = errors[errors["row"] != "constant"]
    assert (trained["candidates"] == trained["data"].map({"vowels": 2}).fillna(1)).all()
    assert (trained["spent_seconds"] > trained["train_seconds"]).all()
    ranks = RivalRanks(pd.read_csv(tables / "rivals_ranks.csv")).table
    assert set(ranks["data"]) == {"all", *DATA}
    assert (ranks.groupby(["metric", "data"])["rank"].sum().round(6) == 1 + 2 + 3).all()
    failed = RivalFailures(pd.read_csv(tables / "rivals_failures.csv")).table
    assert "constant" not in set(failed["row"])
    assert failed["tried"].str.startswith("rates ").all()
    assert len(pd.read_csv(tables / "rivals_summary.csv")) == 3 * 3
    for name in ("error_against_cost", "out_of_range", "critical_differences", "graphs", "hybrids"):
        assert (figures / f"{name}.png").stat().st_size > 10_000


def test_graphs_of_observed_odes_are_scored(finished):
    """Both quantities of this system drive each other, so no graph of it can be wrong."""
    tables = finished.folder / RESULTS / "tables"
    scores = GraphScores(pd.read_csv(tables / "graphs.csv")).table
    assert scores[["data", "row"]].drop_duplicates().to_numpy().tolist() == [["coupled_oscillator", "observed_ode"]]
    assert scores["auroc"].isna().all()
    assert (scores[["intervened_nmse", "interpolation_nmse"]] > 0).all(axis=None)
    influences = Influences(pd.read_csv(tables / "graphs_influences.csv")).table
    assert len(influences) == len(scores) * 4 == 4 * 4
    assert influences["edge"].all()
    assert len(pd.read_csv(tables / "graphs_summary.csv")) == 1


def test_models_with_a_known_part_are_fitted_to_few_series(finished):
    tables = finished.folder / RESULTS / "tables"
    scores = HybridScores(pd.read_csv(tables / "hybrids.csv")).table
    assert scores.groupby("row")["replicate"].nunique().to_dict() == dict.fromkeys(
        ["ensemble", "expert", "hybrid", "neural", "residual"], 4
    )
    assert set(scores["training_series"]) == {10}
    assert (scores[["interpolation_nmse", "extrapolation_nmse"]] > 0).all(axis=None)
    assert len(pd.read_csv(tables / "hybrids_summary.csv")) == 5


def test_rows_that_dynamics_trains_are_not_trained_again(finished):
    """The model of a row is one file, with one record of its making."""
    made = pd.read_csv(finished.folder / RESULTS / "provenance.csv").set_index("file")
    path = f"{RESULTS}/dynamics/coupled_oscillator/0-3/{{}}/model.pt"
    assert made.loc[path.format("path"), "rule"] == made.loc[path.format("neural_flow"), "rule"] == "train"
    assert not list((finished.folder / RESULTS / "rivals").rglob("model.pt"))
