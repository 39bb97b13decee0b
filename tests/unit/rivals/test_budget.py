import pandas as pd

from pathlode.rivals.budget import budget_of_weights, budgets

TUNING = pd.DataFrame(
    [(7, 0.02, 0.1, 3.0), (7, 0.04, 0.1, 4.0), (7, 0.02, 1.0, 5.0), (8, 0.02, 0.1, 6.0)],
    columns=["seed", "learning_rate", "weight", "seconds"],
)


def test_a_budget_is_all_candidates_of_a_replicate_and_the_model():
    found = budgets(TUNING, [7, 8], 10.0).set_index("seed")
    assert found["candidates"].to_dict() == {7: 3, 8: 1}
    assert found["spent_seconds"].to_dict() == {7: 22.0, 8: 16.0}
    assert found.loc[7, "tried"] == "rates 0.02, 0.04; weights 0.1, 1"


def test_what_was_not_tuned_costs_its_fit_alone():
    found = budgets(TUNING[:0], [7], 0.5)
    assert found.to_dict("records") == [{"seed": 7, "candidates": 0, "tried": "", "spent_seconds": 0.5}]


def test_a_training_for_each_weight_is_a_candidate():
    found = budget_of_weights(True, [0.01], [0.1, 1.0], 10.0)
    assert found == {"candidates": 2, "tried": "rates 0.01; weights 0.1, 1", "spent_seconds": 20.0}
    assert budget_of_weights(False, [0.01], [0.1], 0.5) == {"candidates": 0, "tried": "", "spent_seconds": 0.5}
