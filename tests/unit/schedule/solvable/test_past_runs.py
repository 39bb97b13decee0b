import pytest
import torch

from pathlode.schedule.solvable import past_runs
from pathlode.schedule.solvable.deep_linear import DeepLinear
from pathlode.schedule.solvable.optimum import Oracle
from pathlode.schedule.solvable.past_runs import PastRunsTrial, drawn_runs, within
from pathlode.schedule.solvable.policies import TrialConfig, best
from pathlode.schedule.solvable.shapes import shape

TASK, NUMBERS = DeepLinear(), [3, 8]
CONFIG = TrialConfig(members=2, plan={"starts": 1, "iterations": 1, "caution": 0.0})


def test_runs_are_drawn_with_peaks_of_their_own_that_do_not_depend_on_how_many_are_drawn():
    runs = drawn_runs(TASK, NUMBERS, ["constant", "cosine"], 40, peaks=5)
    peaks = runs.rates[..., 0]  # both begin at their peak
    assert float(peaks.min()) > 0.15 / 16
    assert float(peaks.max()) < 0.15
    assert len(peaks.flatten().unique()) == 80
    assert float(peaks.log().mean()) == pytest.approx(float(torch.tensor(0.15 / 4).log()), abs=0.4)
    constant = (runs.rates[..., -1] == peaks).double().mean(dim=1)
    assert ((constant > 0.2) & (constant < 0.8)).all()
    fewer = drawn_runs(TASK, NUMBERS, ["cosine"], 3, peaks=5)
    assert torch.allclose(fewer.rates, peaks[:, :3, None] * shape("cosine", TASK.steps))


def test_a_perfect_model_errs_nowhere(monkeypatch):
    monkeypatch.setattr(past_runs, "QuadraticModes", lambda runs, members: Oracle(TASK))
    table = PastRunsTrial("deep_linear", NUMBERS, [2, 5], {"one": ["cosine"]}, CONFIG, 0.01).run().table
    assert table["schedules"].tolist() == ["one"] * 4
    assert table["runs"].tolist() == [2, 2, 5, 5]
    assert table["seed"].tolist() == NUMBERS * 2
    assert table["error"].to_numpy() == pytest.approx(0, abs=1e-9)
    assert not table["diverged"].any()
    past = best(drawn_runs(TASK, NUMBERS, ["cosine"], 5, CONFIG.peaks))
    assert table["best_past"].iloc[-2:].to_numpy() == pytest.approx(TASK.expected(past.rates).numpy())


def test_predicted_schedules_stay_inside_the_rates_of_each_replicates_runs():
    rates = (
        torch.tensor([[[0.1, 0.2], [0.05, 0.1]], [[0.01, 0.02], [0.04, 0.02]]]).double().repeat_interleave(100, dim=2)
    )
    others = within(TASK, rates)
    assert others.shape[1] == 9
    assert others.amax(dim=(1, 2)).tolist() == pytest.approx([0.2, 0.04])


def test_predictions_that_are_not_finite_are_counted(monkeypatch):
    class Diverging(Oracle):
        def log_losses(self, rates):
            losses = super().log_losses(rates)
            losses[..., :4, :] = torch.nan
            return losses

    monkeypatch.setattr(past_runs, "QuadraticModes", lambda runs, members: Diverging(TASK))
    monkeypatch.setattr(past_runs, "plan", lambda model, runs, config: best(runs))
    table = PastRunsTrial("deep_linear", NUMBERS, [2], {"one": ["cosine"]}, CONFIG, 0.01).run().table
    assert table["diverged"].tolist() == [4, 4]
    assert table["error"].to_numpy() == pytest.approx(0, abs=1e-9)  # the median is among the other five
