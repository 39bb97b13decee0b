from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch

from pathlode.errors import ConfigError
from pathlode.models.latent_ode import LatentODE
from pathlode.schedule import FitConfig, Runs, fit, load_run_model
from pathlode.schedule.fitting import fit_stacked


def some(runs, ids):
    """Some of the runs, in this order."""
    return Runs(pd.concat([runs.table[runs.table["run_id"] == name] for name in ids]))


def test_the_model_predicts_runs_that_it_was_not_fitted_to(model):
    assert set(model.card.error) == {"train_loss", "log_lr", "val_metric"}
    for feature in ("train_loss", "val_metric"):  # rates begin alike, whatever becomes of them
        assert model.card.error[feature] < 0.5 * model.card.spread[feature]


def test_the_card_says_what_it_was_fitted_to(model, runs):
    assert model.card.runs == runs.ids
    assert len(model.card.held_out) == 3
    assert set(model.card.held_out) < set(runs.ids)
    low, high = model.card.ranges["log_lr"]
    assert np.exp([low, high]) == pytest.approx([runs.table["lr"].min(), runs.table["lr"].max()])


def test_the_rates_of_the_best_run_are_kept(model, runs):
    last = runs.table.groupby("run_id", sort=False)["val_metric"].last()
    best = runs.table[runs.table["run_id"] == last.idxmax()]
    assert np.exp(model.rates[[0, -1]]) == pytest.approx(best["lr"].iloc[[0, -1]].to_numpy())
    worst = fit(runs, FitConfig(mode="min", points=40, window=8, starts=2, hidden=4, width=4, steps=20))
    assert np.exp(worst.rates[0]) == pytest.approx(runs.table[runs.table["run_id"] == last.idxmin()]["lr"].iloc[0])


def test_stacked_fits_are_those_of_each_set_of_runs_alone(runs):
    """Sets of equally many runs are trained together, and the others apart."""
    config = FitConfig(points=20, window=4, starts=4, hidden=4, width=4, steps=20)
    sets = [runs, some(runs, runs.ids[:5]), some(runs, runs.ids[::-1])]
    trainers = []

    def run(trainer):
        trainers.append(trainer.model.seeds)
        trainer.run()

    fitted = fit_stacked(sets, config, [7, 3, 5], run)
    assert trainers == [(7, 5), (3,)]
    for model, seed, own in zip(fitted, [7, 3, 5], sets, strict=True):
        alone = fit(own, replace(config, seed=seed))
        assert (model.config.seed, model.card.runs, model.card.held_out) == (seed, own.ids, alone.card.held_out)
        assert model.card.error == pytest.approx(alone.card.error, rel=1e-3)
        assert np.array_equal(model.rates, alone.rates)


def test_without_steps_the_weights_stay_as_drawn(runs):
    """And the units are those of the runs, as in a fit."""
    config = FitConfig(points=20, window=4, starts=4, hidden=4, width=4, steps=0)
    untrained = fit(runs, config).model
    drawn = dict(LatentODE(untrained.config, [0]).named_parameters())
    assert all(weight.equal(drawn[name]) for name, weight in untrained.named_parameters())
    assert (untrained.mean != 0).all()


def test_one_run_at_least_is_left_to_fit(runs):
    few = Runs(runs.table[runs.table["run_id"].isin(runs.ids[:2])])
    assert len(fit(few, FitConfig(held_out=0.9, points=40, window=8, steps=10)).card.held_out) == 1


@pytest.mark.parametrize(
    "chosen",
    [{"model": "curve", "loss": "none"}, {"field": "controlled", "loss": "kl", "encoder": "lstm"}],
    ids=["curve", "controlled"],
)
def test_a_fit_can_be_of_another_model_and_loss(runs, chosen, tmp_path):
    config = FitConfig(points=20, window=4, starts=4, hidden=4, width=4, steps=20, **chosen)
    fitted = fit(runs, config)
    made = fitted.model.describe()
    assert (made["kind"], made["config"]["field"], made["config"]["encoder"]) == (
        config.model,
        config.field,
        config.encoder,
    )
    assert fitted.model.config.variational == (config.loss == "kl")
    z0 = fitted.encode(np.arange(4.0), np.ones((4, 3)))
    assert fitted.decode(torch.stack([z0, z0 + 1]), 0.0, np.arange(3.0, 20.0)).shape == (2, 17, 3)
    fitted.save(tmp_path / "runs.pt")
    assert load_run_model(tmp_path / "runs.pt").config == config


def test_a_loss_that_needs_what_the_model_lacks_is_refused(runs):
    config = FitConfig(points=20, window=4, starts=4, steps=20, model="curve")
    with pytest.raises(ConfigError, match="PathLength needs a model with 'path', which Curve does not offer"):
        fit(runs, config)


def test_equal_seeds_give_equal_models(runs):
    config = FitConfig(points=20, window=4, starts=4, hidden=4, width=4, steps=20)
    first, second = (fit(runs, config).model.state_dict() for _ in range(2))
    assert all(first[name].equal(second[name]) for name in first)


def test_runs_that_logged_a_loss_only_are_fitted_for_a_small_one(runs):
    loss_only = Runs(runs.table.assign(val_metric=runs.table["train_loss"]), "logs")
    settings = {"points": 20, "window": 4, "starts": 2, "hidden": 4, "width": 4, "steps": 0}
    assert fit(loss_only, FitConfig(mode="min", **settings)).card.metric_is_loss
    with pytest.raises(ConfigError, match="mode is max, but the metric of logs is the training loss: set mode to min"):
        fit(loss_only, FitConfig(**settings))
