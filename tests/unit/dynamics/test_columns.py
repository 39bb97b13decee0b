import math

import pandas as pd

from pathlode.dynamics.columns import choices_at_edges, late_falls, parameters_needed, time_to_target

SETTING = {"system": "pendulum", "model": "latent_ode", "field": "bounded", "encoder": "gru"}


def history(loss, seed, errors):
    return pd.DataFrame(
        {
            **SETTING | {"row": loss, "loss": loss, "seed": seed},
            "step": [10 * (i + 1) for i in range(len(errors))],
            "seconds": [0.5 * (i + 1) for i in range(len(errors))],
            "validation_mse": errors,
        }
    )


def test_time_to_the_error_that_the_median_run_of_both_reaches():
    runs = [
        *(history("path", seed, errors) for seed, errors in enumerate([[4, 2, 1], [4, 1, 1], [8, 8, 3]])),
        *(history("kl", seed, errors) for seed, errors in enumerate([[9, 4, 2], [9, 2, 5], [9, 9, 9]])),
        history("none", 0, [0.1, 0.1, 0.1]),  # does not take part in choosing the target
        history("path", 0, [0.1, 0.1, 0.1]).assign(
            row="path_lstm", encoder="lstm"
        ),  # nor does another row of the same loss
        *(history(row, 0, [0.5, 0.5]).assign(system="lorenz") for row in ("path", "kl")),  # has a target of its own
    ]
    whole = time_to_target(pd.concat(runs), [["path", "kl"], ["path_slow", "kl_slow"]])
    assert list(whole.columns[:7]) == ["system", "row", "model", "field", "encoder", "loss", "seed"]
    other = whole[whole["system"] == "lorenz"]
    assert other[["target_mse", "steps_to_target"]].to_numpy().tolist() == [[0.5, 10], [0.5, 10]]
    table = whole[whole["system"] == "pendulum"].set_index(["row", "seed"])
    assert set(table["target_mse"]) == {2}
    assert table["steps_to_target"].to_dict() == {
        **{("path", 0): 20, ("path", 1): 20, ("path", 2): 30},
        **{("kl", 0): 30, ("kl", 1): 20, ("kl", 2): 30},
        **{("none", 0): 10, ("path_lstm", 0): 10},
    }
    assert table.index[~table["reached"]].tolist() == [("path", 2), ("kl", 2)]
    assert table.loc[("path", 0), "seconds_to_target"] == 1.0
    assert set(table["train_seconds"]) == {1.5}


def test_each_pair_has_a_target_of_its_own():
    runs = [history("path", 0, [4, 1]), history("kl", 0, [4, 2]), history("none", 0, [3, 3])]
    runs += [history("path_slow", 0, [9, 5]), history("kl_slow", 0, [6, 4])]
    table = time_to_target(pd.concat(runs), [["path", "kl"], ["path_slow", "kl_slow"]]).set_index("row")
    assert table["target_mse"].to_dict() == {"path": 2, "kl": 2, "none": 2, "path_slow": 5, "kl_slow": 5}
    assert table["steps_to_target"].to_dict() == {"path": 20, "kl": 20, "none": 20, "path_slow": 20, "kl_slow": 20}
    assert table["reached"].to_dict() == {"path": True, "kl": True, "none": False, "path_slow": True, "kl_slow": True}


def test_parameters_needed_for_twice_the_best_error_of_both_medians():
    rows = [
        ("path", seed, size, error)
        for seed, errors in enumerate([[5, 2, 1], [5, 3, 1], [5, 5, 5]])
        for size, error in zip([10, 20, 40], errors, strict=True)
    ]
    rows += [
        ("kl", seed, size, error)
        for seed, errors in enumerate([[9, 5, 1.5], [9, 5, 1.5], [9, 5, 4]])
        for size, error in zip([10, 20, 40], errors, strict=True)
    ]
    sizes = pd.DataFrame(rows, columns=["row", "seed", "n_parameters", "error"]).assign(**SETTING, train_seconds=1.0)
    sizes["loss"] = sizes["row"]
    table = parameters_needed(sizes, ["path", "kl"], "error").set_index(["row", "seed"])
    assert set(table["target"]) == {3}
    assert table["parameters_needed"].tolist() == [20, 20, 40, 40, 40, 40]
    assert table["reached"].tolist() == [True, True, False, True, True, False]


def test_choices_at_the_edges_of_what_each_replicate_tried():
    tried = {"path": [(0.02, 0.1), (0.01, 0.1), (0.02, 1.0)], "none": [(0.01, 1.0), (0.02, 1.0)]}
    first = [("pendulum", row, 0, *pair) for row, pairs in tried.items() for pair in pairs]
    second = [("pendulum", "path", 1, 0.02, 10.0), *(("pendulum", "path", 1, 0.01, weight) for weight in (0.1, 1.0))]
    tunings = pd.DataFrame([*first, *second], columns=["system", "row", "seed", "learning_rate", "weight"])
    path, none = choices_at_edges(tunings).to_dict("records")
    assert (path["learning_rate_tried"], path["weight_tried"]) == ("0.01 to 0.02", "0.1 to 10")
    assert (path["learning_rate_smallest"], path["learning_rate_largest"]) == (0, 1)
    assert (path["weight_smallest"], path["weight_largest"]) == (0.5, 0.5)  # each of its own values
    assert (none["learning_rate_smallest"], none["weight_tried"]) == (1, "1")
    assert math.isnan(none["weight_smallest"])


def test_whether_validation_errors_still_fall_in_the_last_tenth():
    falling, settled = [9, 8, 7, 6, 5, 4, 3, 2, 2.5, 1], [9, 8, 7, 6, 5, 4, 3, 2, 1, 5]
    falls = late_falls(pd.concat([history("path", 0, falling), history("path", 1, settled)]))
    assert falls.to_dict("list") == {
        **{"system": ["pendulum"] * 2, "row": ["path"] * 2, "seed": [0, 1]},
        "late_fall": [0.5, 1.0],
    }
