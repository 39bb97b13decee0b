import pandas as pd

from pathlode.schedule.budgets import policy_budgets


def test_a_budget_counts_own_tuning_and_the_sweep_with_their_validations():
    """Two settings of two schedules in a sweep on each task; prodigy is tuned, a mix learns from the sweep and is tuned as well."""
    rows = [
        (task, schedule, "tuning", repeat, validating)
        for task, validating in (("cnn", 1.0), ("resnet", 10.0))
        for schedule, repeats in (("constant", 2), ("cosine", 2), ("prodigy", 3), ("mix", 1))
        for repeat in range(1, repeats + 1)
    ]
    outcomes = pd.DataFrame(rows, columns=["task", "schedule", "phase", "repeat", "seconds_validating"]).assign(seed=0)
    names = ["cosine", "prodigy", "mix", "moved", "first", "lost"]
    runs = pd.DataFrame({"task": "cnn", "schedule": names, "seed": 0, "seconds_before": 7.0})
    both = {"schedules": ["constant", "cosine"]}
    learnt = {
        "mix": both,
        "moved": both | {"task": "resnet"},
        "first": both | {"repeats": 1},
        "lost": {"task": "other"},
    }
    table = policy_budgets(runs, outcomes, learnt).set_index("schedule")
    assert table["runs"].to_dict() == {"cosine": 2, "prodigy": 3, "mix": 4 + 1, "moved": 4, "first": 2}
    assert table["seconds_validating"].tolist() == [2.0, 3.0, 5.0, 40.0, 2.0]
    assert (table["seconds"] == 7.0).all()
