import math

import pandas as pd
import pytest
import torch

from pathlode.core.series import TimeSeries
from pathlode.core.solve import FixedStep
from pathlode.dynamics import tuning
from pathlode.dynamics.data import SimulationConfig, simulate_replicates
from pathlode.dynamics.tuning import TUNING_SEEDS, Grid, Tuner, held_out_errors
from pathlode.errors import ConfigError, DivergenceError
from pathlode.models.constant import Constant
from pathlode.models.contract import ModelConfig
from pathlode.registry import SYSTEMS
from pathlode.training.experiment import Experiment
from pathlode.training.trainer import Trainer

IDENTITY = "a" * 64
SETTINGS = {
    "loss": "path",
    "model": {"hidden": 4, "latent": 3, "width": 5, "depth": 1},
    "train": {"steps": 6, "batch": 16, "validate_every": 3, "solver": "rk4", "solver_steps": 4},
}
REPLICATES = [5, 6]


@pytest.fixture(scope="module")
def replicates():
    config = SimulationConfig(
        train=32, validation=8, test=4, points=12, window=(5.0, 6.0), noise=0.0, windows_beyond=2, seed=1
    )
    return simulate_replicates(SYSTEMS["coupled_oscillator"](), config, REPLICATES)


def tuner(data, folder, by="observations", numbers=REPLICATES, grid=None, **changes):
    folder.mkdir(exist_ok=True)
    return Tuner(data, numbers, SETTINGS | changes, grid or Grid((0.01, 0.03), (0.1, 1.0)), by, folder, IDENTITY)


def chosen(rates, weights):
    return pd.DataFrame({"learning_rate": rates, "weight": weights})


def test_a_grid_grows_where_more_than_a_tenth_of_the_replicates_choose_its_edge():
    grid = Grid((0.01, 0.02), (0.1, 1.0, 10.0), growths=2)
    inside = [1.0] * 20
    at_the_top = chosen([0.02] * 17 + [0.01] * 3, inside)  # 3 of 20 also choose the lowest rate
    assert grid.grown(at_the_top).learning_rates == pytest.approx((0.005, 0.01, 0.02, 0.04))
    few = chosen([0.02] * 18 + [0.01] * 2, inside)  # 2 of 20 are a tenth, not more
    assert grid.grown(few) == Grid((0.01, 0.02, 0.04), (0.1, 1.0, 10.0), growths=1)
    heavy = chosen([0.02] * 20, [10.0] * 20)
    assert grid.grown(heavy).weights == (0.1, 1.0, 10.0, 100.0)
    assert grid.grown(heavy, largest_weight=50.0).weights == (0.1, 1.0, 10.0)
    assert Grid((0.01, 0.02), (0.1, 1.0)).grown(heavy) == Grid((0.01, 0.02), (0.1, 1.0))  # no growths
    one = Grid((0.01,), (1.0,), growths=2)  # fixed: it has no edges
    assert one.grown(chosen([0.01], [1.0])) == one


@pytest.mark.parametrize("values", [(), (0.0, 1.0), (0.1, 0.1), (0.2, 0.1)])
def test_a_grid_needs_positive_increasing_values(values):
    with pytest.raises(ConfigError, match=r"tune.weights is .*, expected positive numbers in increasing order"):
        Grid((0.01,), values)


def test_held_out_errors_are_those_at_observations_that_the_encoder_does_not_see():
    # The constant model predicts the mean of what it sees, and beyond that the last value of it.
    times = torch.arange(6.0)[None]
    values = torch.tensor([0.0, 3.0, 0.0, 0.0, 3.0, 6.0])[None, :, None]
    inside, late = held_out_errors(Constant(ModelConfig(features=1)), TimeSeries(times, values), FixedStep())
    # hidden at 1 and 4: both 3, so their variance is 0 and the error infinite
    assert inside.item() == math.inf
    # the first four are seen; at 4 and 5 it predicts 0: (3² + 6²) / (1.5² + 1.5²)
    assert late.item() == pytest.approx(45 / 4.5)


def test_each_replicate_chooses_as_it_would_alone(replicates, tmp_path):
    together = tuner(replicates, tmp_path / "together").choose()
    assert len(together) == 8
    for index, number in enumerate(REPLICATES):
        lines = together[together["seed"] == number]
        assert lines["score"].is_monotonic_increasing
        means = (lines["interpolation_nmse"] * lines["extrapolation_nmse"]) ** 0.5
        assert lines["score"].to_numpy() == pytest.approx(means.to_numpy())
        alone = tuner(replicates.replicate(index), tmp_path / f"{number}", numbers=[number]).choose()
        assert alone["score"].to_numpy() == pytest.approx(lines["score"].to_numpy(), rel=1e-4)
    first, second = (together[together["seed"] == number]["score"].min() for number in REPLICATES)
    assert first != second


def test_a_candidate_trains_on_its_replicates_data_with_its_own_seed_rate_and_weight(replicates, tmp_path, monkeypatch):
    made = []
    real = Experiment.trainer
    monkeypatch.setattr(Experiment, "trainer", lambda self, *rest: made.append(self) or real(self, *rest))
    tuner(replicates, tmp_path).choose()
    (experiment,) = made  # one stack
    assert list(zip(experiment.learning_rate, experiment.weight, experiment.seeds, strict=True)) == [
        (rate, weight, TUNING_SEEDS + number) for rate in (0.01, 0.03) for weight in (0.1, 1.0) for number in REPLICATES
    ]


def test_many_candidates_are_several_stacks(replicates, tmp_path, monkeypatch):
    whole = tuner(replicates, tmp_path / "whole").choose()
    stacks, real = [], Tuner._scores
    monkeypatch.setattr(Tuner, "_scores", lambda self, pairs: stacks.append(len(pairs)) or real(self, pairs))
    monkeypatch.setattr(tuning, "MOST_STACKED", 7)  # three pairs of two replicates
    parts = tuner(replicates, tmp_path / "parts").choose()
    assert stacks == [3, 1]
    assert parts["score"].to_numpy() == pytest.approx(whole["score"].to_numpy(), rel=1e-4)


def test_an_oracle_scores_against_the_truth(replicates, tmp_path, monkeypatch):
    asked = []
    monkeypatch.setattr(
        tuning, "window_errors", lambda model, split, solver: asked.append(split) or (torch.ones(8), torch.ones(8))
    )
    tuner(replicates, tmp_path, by="truth").choose()
    (split,) = asked
    truth = replicates["validation"].beyond.values
    assert torch.equal(split.beyond.values, torch.cat([truth] * 4))


def test_new_candidates_of_a_grown_grid_are_trained_and_the_others_are_kept(replicates, tmp_path, monkeypatch):
    stacks = []
    real = Tuner._scores
    monkeypatch.setattr(Tuner, "_scores", lambda self, pairs: stacks.append(pairs) or real(self, pairs))
    found = tuner(replicates, tmp_path, grid=Grid((0.001, 0.002), growths=1)).choose()
    first, second = stacks
    assert first == [(0.001, 1.0), (0.002, 1.0)]
    assert second
    assert not set(first) & set(second)
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
    assert tuner(replicates, folder).choose().equals(whole)
    assert list(folder.glob("checkpoint-candidates-*.json"))
    monkeypatch.setattr(Experiment, "run", lambda *_: pytest.fail("trained again"))
    assert tuner(replicates, folder).choose().equals(whole)


def test_a_diverged_candidate_scores_infinity_and_all_of_them_are_an_error(replicates, tmp_path, monkeypatch):
    real = tuning.held_out_errors

    def breaks(broken):
        def errors(*arguments):
            inside, late = real(*arguments)
            inside[broken] = math.nan
            return inside, late

        return errors

    monkeypatch.setattr(tuning, "held_out_errors", breaks([0, 2, 4]))
    found = tuner(replicates, tmp_path / "some").choose()
    first = found[found["seed"] == REPLICATES[0]]
    assert first["score"].map(math.isinf).tolist() == [False, True, True, True]
    monkeypatch.setattr(tuning, "held_out_errors", breaks([1, 3, 5, 7]))
    with pytest.raises(DivergenceError, match="every candidate for the loss 'path' diverged on replicate 6"):
        tuner(replicates, tmp_path / "all").choose()
