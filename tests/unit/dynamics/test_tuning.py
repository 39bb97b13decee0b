import math
from dataclasses import replace

import pytest
import torch

from pathlode.dynamics import tuning, tuning_scores
from pathlode.dynamics.simulation import SimulationConfig, simulate_replicates
from pathlode.dynamics.tried_values import Axis
from pathlode.dynamics.tuning import TUNING_SEEDS, Tuner
from pathlode.errors import DivergenceError
from pathlode.registry import SYSTEMS
from pathlode.training.experiment import Experiment
from pathlode.training.trainer import Trainer

IDENTITY = "a" * 64
SETTINGS = {
    "loss": "path",
    "sizes": {"hidden": 4, "latent": 3, "width": 5, "depth": 1},
    "train": {"steps": 6, "batch": 16, "validate_every": 3, "solver": "rk4", "solver_steps": 4},
}
REPLICATES = [5, 6]


@pytest.fixture(scope="module")
def replicates():
    config = SimulationConfig(
        train=32, validation=8, test=4, points=12, window=(5.0, 6.0), noise=0.0, windows_beyond=2, seed=1
    )
    return simulate_replicates(SYSTEMS["coupled_oscillator"](), config, REPLICATES)


RATES, WEIGHTS = Axis((0.01, 0.03)), Axis((0.1, 1.0))


def tuner(data, folder, by="observations", numbers=REPLICATES, rates=RATES, weights=WEIGHTS, **changes):
    folder.mkdir(exist_ok=True)
    return Tuner(data, numbers, SETTINGS | changes, rates, weights, by, folder, IDENTITY)


def watched(monkeypatch):
    """The candidates of each stack that is trained from now on, as lists of (rate, weight) of the replicates."""
    stacks, real = [], Tuner._scores

    def watch(self, candidates):
        stacks.append([candidate.to_numpy().tolist() for candidate in candidates])
        return real(self, candidates)

    monkeypatch.setattr(Tuner, "_scores", watch)
    return stacks


def test_candidates_train_on_the_first_two_thirds_and_those_of_an_oracle_on_all(replicates, tmp_path, monkeypatch):
    trained, real = [], Experiment.run

    def watch(self, data, *rest, **named):
        trained.append(data)
        return real(self, data, *rest, **named)

    monkeypatch.setattr(Experiment, "run", watch)
    one = {"rates": Axis((0.01,)), "weights": Axis((1.0,))}
    tuner(replicates, tmp_path / "observations", **one).choose()
    tuner(replicates, tmp_path / "truth", by="truth", **one).choose()
    first, whole = trained
    for part in ("training", "validation"):
        series, shown = getattr(replicates.observed, part), getattr(first, part)
        assert torch.equal(shown.times, series.times[..., :8])  # of 12
        assert torch.equal(shown.values, series.values[..., :8, :])
        assert getattr(whole, part) is series


def test_each_replicate_chooses_as_it_would_alone(replicates, tmp_path):
    together = tuner(replicates, tmp_path / "together").choose()
    assert len(together) == 6  # two rates, and another weight
    for index, number in enumerate(REPLICATES):
        lines = together[together["seed"] == number]
        assert lines["score"].is_monotonic_increasing
        means = (lines["interpolation_nmse"] * lines["extrapolation_nmse"]) ** 0.5
        assert lines["score"].to_numpy() == pytest.approx(means.to_numpy())
        alone = tuner(replicates.replicate(index), tmp_path / f"{number}", numbers=[number]).choose()
        assert alone["score"].to_numpy() == pytest.approx(lines["score"].to_numpy(), rel=1e-4)
        assert (
            alone[["learning_rate", "weight"]].to_numpy().tolist()
            == lines[["learning_rate", "weight"]].to_numpy().tolist()
        )
    first, second = (together[together["seed"] == number]["score"].min() for number in REPLICATES)
    assert first != second


def test_weights_are_tried_at_each_replicates_best_rate(replicates, tmp_path, monkeypatch):
    stacks = watched(monkeypatch)
    found = tuner(replicates, tmp_path, rates=Axis((0.0001, 0.01, 0.3)), weights=Axis((0.01, 0.1, 1.0))).choose()
    rates, weights = stacks
    assert rates == [[[rate, 0.1]] * 2 for rate in (0.0001, 0.01, 0.3)]
    middle = found[found["weight"] == 0.1].sort_values("score").groupby("seed")["learning_rate"].first()
    assert weights == [[[middle[number], weight] for number in REPLICATES] for weight in (0.01, 1.0)]


def test_a_candidate_trains_on_its_replicates_data_with_its_own_seed_rate_and_weight(replicates, tmp_path, monkeypatch):
    made = []
    real = Experiment.trainer
    monkeypatch.setattr(Experiment, "trainer", lambda self, *rest: made.append(self) or real(self, *rest))
    tuner(replicates, tmp_path).choose()
    first, _ = made  # a stack for the rates, and one for the weights
    assert list(zip(first.learning_rate, first.weight, first.seeds, strict=True)) == [
        (rate, 0.1, TUNING_SEEDS + number) for rate in (0.01, 0.03) for number in REPLICATES
    ]


def test_many_candidates_are_several_stacks(replicates, tmp_path, monkeypatch):
    rates = Axis((0.003, 0.01, 0.03))
    whole = tuner(replicates, tmp_path / "whole", rates=rates).choose()
    stacks = watched(monkeypatch)
    monkeypatch.setattr(tuning, "MOST_STACKED", 5)  # two candidates for two replicates
    parts = tuner(replicates, tmp_path / "parts", rates=rates).choose()
    assert [len(stack) for stack in stacks] == [2, 1, 1]
    assert parts["score"].to_numpy() == pytest.approx(whole["score"].to_numpy(), rel=1e-4)


def test_an_oracle_scores_against_the_truth(replicates, tmp_path, monkeypatch):
    asked = []
    monkeypatch.setattr(
        tuning_scores,
        "window_errors",
        lambda model, split, solver: asked.append(split) or (torch.ones(2), torch.ones(2)),
    )
    tuner(replicates, tmp_path, by="truth", rates=Axis((0.01,))).choose()
    truth = replicates["validation"].beyond.values
    assert [torch.equal(split.beyond.values, truth) for split in asked] == [True, True]


def test_new_values_of_a_grown_axis_are_trained_and_the_others_are_kept(replicates, tmp_path, monkeypatch):
    stacks = watched(monkeypatch)
    found = tuner(replicates, tmp_path, rates=Axis((0.001, 0.002), growths=1), weights=Axis((1.0,))).choose()
    first, second = ([candidate[0] for candidate in stack] for stack in stacks)
    assert first == [[0.001, 1.0], [0.002, 1.0]]
    assert second in ([[0.0005, 1.0]], [[0.004, 1.0]], [[0.0005, 1.0], [0.004, 1.0]])
    assert len(found) == 2 * len(first + second)


def test_an_interrupted_choice_continues_after_the_grid_that_is_finished(replicates, tmp_path, monkeypatch):
    whole = tuner(replicates, tmp_path / "whole").choose()
    folder, real = tmp_path / "run", Trainer.run

    def dies(self, *arguments):
        real(self, *arguments)
        raise KeyboardInterrupt

    monkeypatch.setattr(Trainer, "run", dies)
    with pytest.raises(KeyboardInterrupt):
        tuner(replicates, folder).choose()
    monkeypatch.undo()
    found = tuner(replicates, folder).choose()
    assert (found["seconds"] > 0).all()
    assert found.drop(columns="seconds").equals(whole.drop(columns="seconds"))
    assert list(folder.glob("checkpoint-candidates-*.json"))
    monkeypatch.setattr(Experiment, "run", lambda *_: pytest.fail("trained again"))
    assert tuner(replicates, folder).choose().equals(found)


def test_a_diverged_candidate_scores_infinity_and_all_of_them_are_an_error(replicates, tmp_path, monkeypatch):
    real = tuning.held_out_errors

    def breaks(broken):
        def errors(*arguments):
            inside, late = real(*arguments)
            inside[broken] = math.nan
            return inside, late

        return errors

    one = {"rates": Axis((0.01, 0.02, 0.03, 0.04)), "weights": Axis((1.0,))}
    monkeypatch.setattr(tuning, "held_out_errors", breaks([0, 2, 4]))
    found = tuner(replicates, tmp_path / "some", **one).choose()
    first = found[found["seed"] == REPLICATES[0]]
    assert first["score"].map(math.isinf).tolist() == [False, True, True, True]
    monkeypatch.setattr(tuning, "held_out_errors", breaks([1, 3, 5, 7]))
    with pytest.raises(DivergenceError, match="every candidate for the loss 'path' diverged on replicate 6"):
        tuner(replicates, tmp_path / "all", **one).choose()
    found = replace(tuner(replicates, tmp_path / "lenient", **one), strict=False).choose()
    assert found.groupby("seed")["learning_rate"].first().loc[REPLICATES[1]] == 0.01
