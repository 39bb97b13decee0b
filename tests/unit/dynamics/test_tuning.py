import json
import math

import pytest
import torch

from pathlode.core.solve import Adaptive
from pathlode.dynamics import tuning
from pathlode.dynamics.tuning import candidates, choose
from pathlode.errors import DivergenceError, SolverError
from pathlode.training.trainer import Trainer

IDENTITY = "a" * 64
FIXED = {
    "seeds": [7],
    "model": {"hidden": 4, "latent": 3, "width": 5, "depth": 1},
    "train": {"steps": 6, "batch": 16, "validate_every": 3},
}


def test_the_grid_is_the_product_and_skips_weights_without_a_penalty():
    grid = candidates([0.1, 0.2], [1.0, 2.0], "path", **FIXED | {"seeds": [7, 8]})
    assert [e.learning_rate for e in grid] == [0.1, 0.2]
    for stack in grid:
        assert list(zip(stack.weight, stack.seeds, strict=True)) == [(1, 7), (1, 8), (2, 7), (2, 8)]
    assert [e.weight for e in candidates([0.1, 0.2], [2.0, 3.0], "none", **FIXED)] == [[1.0], [1.0]]


@pytest.mark.parametrize("loss", ["path", "kl", "steer"])
def test_a_weight_trained_among_others_scores_as_it_would_alone(data, tmp_path, loss):
    together = choose(candidates([0.01], [0.1, 1.0], loss, **FIXED), data, tmp_path / "together", IDENTITY, Adaptive())
    alone = [
        choose(candidates([0.01], [weight], loss, **FIXED), data, tmp_path / f"{weight}", IDENTITY, Adaptive())[0]
        for weight in (0.1, 1.0)
    ]
    alone.sort(key=lambda row: row["score"])
    assert alone[0]["score"] != alone[1]["score"]
    for one, other in zip(together, alone, strict=True):
        assert one == pytest.approx(other, rel=1e-4)


def test_the_best_candidate_comes_first_and_an_interrupted_choice_continues(data, tmp_path, monkeypatch):
    folder = tmp_path / "run"
    grid = candidates([0.01, 0.03], [0.1], "path", **FIXED)
    whole = choose(grid, data, tmp_path / "whole", IDENTITY, Adaptive())
    assert [row["score"] for row in whole] == sorted(row["score"] for row in whole)

    real, calls = tuning.window_errors, []

    def dies_on_the_second(*arguments):
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return real(*arguments)

    monkeypatch.setattr(tuning, "window_errors", dies_on_the_second)
    with pytest.raises(KeyboardInterrupt):
        choose(grid, data, folder, IDENTITY, Adaptive())
    (partial,) = folder.glob("checkpoint-candidates-*.json")
    assert len(json.loads(partial.read_text())) == 1
    assert choose(grid, data, folder, IDENTITY, Adaptive()) == whole
    assert len(calls) == 3  # the first candidate was not scored again
    choose(grid, data, folder, "b" * 64, Adaptive())
    assert len(calls) == 5  # those of another job are not mixed in


def test_a_diverging_candidate_is_out_of_the_running(data, tmp_path, caplog):
    caplog.set_level("INFO")
    grid = candidates([1e30, 0.01], [0.1], "path", **FIXED)
    best, worst = choose(grid, data, tmp_path / "run", IDENTITY, Adaptive())
    assert (best["learning_rate"], worst["score"]) == (0.01, math.inf)
    assert "rate 1e+30, weight 0.1, score inf" in caplog.text


def test_a_weight_that_diverges_leaves_the_others_in_the_running(data, tmp_path, monkeypatch):
    whole = choose(candidates([0.01], [0.1, 1.0], "path", **FIXED), data, tmp_path / "whole", IDENTITY, Adaptive())
    monkeypatch.setattr(Trainer, "diverged", torch.tensor([True, False]))
    best, worst = choose(candidates([0.01], [0.1, 1.0], "path", **FIXED), data, tmp_path / "run", IDENTITY, Adaptive())
    assert best in whole
    assert (best["weight"], worst["weight"], worst["score"]) == (1.0, 0.1, math.inf)


def test_a_rate_at_which_the_solver_fails_is_out_of_the_running(data, tmp_path, monkeypatch, caplog):
    real, calls = tuning.window_errors, []

    def fails_once(*arguments):
        calls.append(1)
        if len(calls) == 1:
            raise SolverError("no")
        return real(*arguments)

    monkeypatch.setattr(tuning, "window_errors", fails_once)
    best, worst = choose(candidates([0.03, 0.01], [0.1], "path", **FIXED), data, tmp_path / "run", IDENTITY, Adaptive())
    assert (best["learning_rate"], worst["score"]) == (0.01, math.inf)
    assert "scores infinity, no" in caplog.text


def test_a_grid_that_diverges_as_a_whole_says_what_to_change(data, tmp_path):
    grid = candidates([1e30], [0.1], "path", **FIXED)
    with pytest.raises(DivergenceError, match="'path' diverged: add smaller learning rates to the tuning grid"):
        choose(grid, data, tmp_path / "run", IDENTITY, Adaptive())
