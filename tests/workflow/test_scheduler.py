import pandas as pd
import pytest
import yaml

from pathlode.schedule import Runs
from pathlode.schedule.artefacts import PolicyLogs, RunModelFits
from pathlode.schedule.comparison import BEST_PARAMETRIC, FREQUENT
from pathlode.schedule.run_model import load_run_models

RESULTS = "results/smoke/scheduler"
FIGURES = [
    "schedules",
    "validation",
    "predictions",
    "accuracy",
    "sharpness",
    "horizon",
    "regret",
    "past_runs",
    "planned",
    "real_logs",
]

pytestmark = pytest.mark.xdist_group("pipeline")


@pytest.fixture(scope="module")
def run(finished):
    return yaml.safe_load((finished.folder / "config/smoke.yaml").read_text())["scheduler"]["run"]


def test_every_table_and_figure_of_the_chapter_is_made(finished, run):
    tables, figures = (finished.folder / "results/smoke" / name for name in ("tables", "figures/scheduler"))
    table = pd.read_csv(tables / "scheduler.csv")
    columns = ["task", "schedule", "seed", "test_last", "test_best_val", "sharpness", "seconds", "seconds_with_sweep"]
    assert set(columns) <= set(table.columns)
    trivial = table[table["schedule"] == FREQUENT]
    assert trivial[["task", "seed"]].to_numpy().tolist() == [
        [task, seed] for task in ("cnn", "transformer") for seed in (0, 1)
    ]
    assert trivial["test_last_error"].between(0.1, 1).all()
    table = table[table["schedule"] != FREQUENT]
    everywhere = {*run["policies"], *run["learners"], BEST_PARAMETRIC}
    assert set(table.loc[table["task"] == "cnn", "schedule"]) == everywhere
    assert set(table.loc[table["task"] == "transformer", "schedule"]) == everywhere - {"lode_half", "mix", "plan"}
    assert len(table) == 2 * (2 * len(everywhere) - 3)
    assert (table["seconds_with_sweep"] > table["seconds"]).all()
    budgets = pd.read_csv(tables / "scheduler_budgets.csv").query("task == 'cnn' and seed == 0").set_index("schedule")
    assert set(budgets.index) == everywhere
    assert budgets.loc[["cosine", "lode", BEST_PARAMETRIC], "runs"].tolist() == [2, 4, 4]  # of two settings each
    assert (budgets["seconds_validating"] > 0).all()
    assert table[["test_last", "test_best_val"]].stack().between(0, 1).all()
    assert (table["sharpness"] > 0).all()
    compared = pd.read_csv(tables / "scheduler_comparisons.csv")
    assert set(compared["metric"]) == {"test_last", "test_best_val", "sharpness"}
    assert (compared["low"].isna() == (compared["schedule"] == "lode")).all()
    summary = pd.read_csv(tables / "scheduler_summary.csv")
    assert len(summary) == 2 * len(everywhere) - 3
    fits = pd.read_csv(tables / "scheduler_fits.csv")
    assert set(fits["runs"]) == {4}
    decisions = pd.read_csv(tables / "scheduler_decisions.csv")
    learnt = {*run["learners"]} - {"replay", "mix", "plan"}
    assert set(decisions["schedule"]) == learnt
    assert set(decisions.loc[decisions["schedule"] == "lode", "seed"]) == {0, 1}
    assert decisions["outcome"].str.fullmatch("new schedule|kept: .+").all()
    for name in FIGURES:
        assert (figures / f"{name}.png").stat().st_size > 10_000
        assert (figures / f"{name}.pdf").stat().st_size > 5_000


def test_policies_are_compared_with_the_best_schedule(finished):
    tables = finished.folder / "results/smoke/tables"
    outcomes = pd.read_csv(tables / "solvable.csv")
    assert list(outcomes) == ["task", "policy", "replicate", "loss", "optimum"]
    assert (outcomes["loss"] >= outcomes["optimum"] * (1 - 1e-6)).all()
    regrets = pd.read_csv(tables / "solvable_regrets.csv").set_index("policy")
    assert regrets["ratio"].idxmin() in (
        "optimal",
        "sweep",
    )  # the sweep has the largest constant rate, which is the best
    assert (
        regrets.loc["plan_again", "runs"] == regrets.loc["plan", "runs"] + 1 == 4 * 3 + 1
    )  # schedules, and their peaks
    assert regrets["n"].to_dict() == dict.fromkeys(regrets.index, 2) | dict.fromkeys(
        ("knots", "lode", "lode_published", "plan_latent", "plan_latent_again"), 1
    )


def test_plans_from_few_and_more_past_runs(finished):
    plans = pd.read_csv(finished.folder / "results/smoke/tables/solvable_past_runs.csv")
    assert plans.groupby(["schedules", "runs"]).size().to_dict() == {
        (name, number): 2 for name in ("four", "one") for number in (2, 3)
    }
    assert (plans[["loss", "best_past"]].min(axis=1) >= plans["optimum"] * (1 - 1e-6)).all()


def test_models_of_published_logs_are_compared(finished):
    table = pd.read_csv(finished.folder / "results/smoke/tables/real_logs.csv")
    assert list(table) == ["source", "held_out", "model", "seen", "error", "spread", "covered_90"]
    assert set(table["model"]) == {"modes", "last_value"}
    held_out = table.groupby("source", sort=False)["held_out"].unique().map(list).to_dict()
    assert held_out == {"multipowerlaw": ["decay"], "algoperf": ["settings", "workload"]}
    runs = pd.read_csv(finished.folder / "results/smoke/tables/real_logs_runs.csv")
    assert len(runs) == 2 * 2 * (1 + 2 * 10)


def test_runs_and_models_can_be_used_from_the_package(finished):
    folder = finished.folder / RESULTS / "transformer/0-1"
    models = load_run_models(folder / "fits/all/models.pt")
    fits = RunModelFits.load(folder / "fits/all/fits.csv").table
    assert fits["seed"].tolist() == [0, 1]
    for seed, model in enumerate(models):
        assert len(model.card.runs) == 4
        assert all(f" replicate {seed} run 1" in name for name in model.card.runs)  # of its own sweep alone
    logs = PolicyLogs.load(folder / "tuned/cosine/logs.csv").table
    assert len(Runs(logs)) == 2 * (2 + 1)
    assert set(logs["phase"]) == {"tuning", "final"}


def test_runs_of_one_replicate_are_paired(finished):
    """All policies begin with the same weights and batches: at the first row they differ by their rates only."""
    firsts = [
        pd.read_csv(path).query("phase == 'final' and seed == 0")["train_loss"].iloc[0]
        for path in (finished.folder / RESULTS / "cnn/0-1").glob("*/*/logs.csv")
    ]
    assert len(firsts) == 6
    assert max(firsts) - min(firsts) < 0.5


@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    [
        ("config/smoke.yaml", "steps: 20 }", "steps: 30 }",
         {"tune_policy": 0, "fit_run_model": 2, "apply_policy": 5, "tabulate_scheduler": 1, "plot_scheduler": 1}),
        ("config/smoke.yaml", "schedule_free: [0.003, 0.03]", "schedule_free: [0.003, 0.01]",
         {"tune_policy": 2, "fit_run_model": 2, "apply_policy": 5}),
        ("config/smoke.yaml", "mixes: 2", "mixes: 3", {"tune_policy": 0, "fit_run_model": 0, "apply_policy": 1}),
    ],
)  # fmt: skip
def test_a_change_runs_again_what_depends_on_it_and_nothing_else(finished, file, old, new, expected):
    planned = finished.to_run_after(file, old, new)
    assert {rule: planned.get(rule, 0) for rule in expected} == expected


def test_examples_come_from_a_mirror_and_are_checked(checkout, tmp_path):
    checkout.edit("config/scheduler.yaml", "      - ../shared/data/tinyshakespeare\n", f"      - {tmp_path}\n")
    checkout.edit("config/scheduler.yaml", "      - https://raw.githubusercontent.com/karpathy", "      - /nowhere #")
    (tmp_path / "input.txt").write_text("not Shakespeare")
    done = checkout.snakemake("resources/tinyshakespeare/input.txt", scale="hour")
    assert done.returncode != 0
    log = (checkout.folder / "logs/fetch_examples/tinyshakespeare/input.txt.log").read_text()
    assert "its SHA-256 is" in log
    assert "scheduler.mirrors.tinyshakespeare" in log
    assert "Traceback" not in log
    assert not (checkout.folder / "resources/tinyshakespeare/input.txt").exists()
