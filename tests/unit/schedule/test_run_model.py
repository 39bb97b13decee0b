from dataclasses import replace

import numpy as np
import pytest

from pathlode.errors import CheckpointError, ConfigError
from pathlode.schedule.run_model import FitConfig, load_run_model, load_run_models, save_run_models


def test_one_file_holds_everything(model, tmp_path):
    model.save(tmp_path / "runs.pt")
    loaded = load_run_model(tmp_path / "runs.pt")
    assert (loaded.config, loaded.card) == (model.config, model.card)
    assert np.array_equal(loaded.rates, model.rates)
    times, values = np.arange(8.0), np.random.default_rng(0).normal(size=(8, 3))
    z0 = model.encode(times, values)
    assert loaded.encode(times, values).equal(z0)
    query = np.arange(0.0, 39.0)
    assert np.array_equal(loaded.decode(z0[None], 0.0, query), model.decode(z0[None], 0.0, query))


def test_several_models_are_kept_in_one_file(model, tmp_path):
    models = [model, replace(model, config=replace(model.config, seed=7))]
    save_run_models(tmp_path / "models.pt", models, origin={"rule": "fit"}, score=np.float64(0.5))
    first, second = load_run_models(tmp_path / "models.pt")
    assert (first.config.seed, second.config.seed) == (0, 7)
    assert first.card == second.card == model.card
    model.save(tmp_path / "one.pt")
    with pytest.raises(
        CheckpointError, match="one.pt does not hold several models of training runs: read a single one"
    ):
        load_run_models(tmp_path / "one.pt")


def test_another_file_is_refused(model, tmp_path):
    from pathlode import save_model

    save_model(tmp_path / "model.pt", model.model)
    with pytest.raises(CheckpointError, match="cannot be read as a model of training runs"):
        load_run_model(tmp_path / "model.pt")


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"mode": "best"}, "mode is best, expected max or min"),
        ({"points": 4}, "points is 4, expected a whole number of at least 8"),
        ({"window": 60}, "window is 60, expected a whole number of at least 4 and at most half"),
        ({"starts": 1.5}, "starts is 1.5"),
        ({"steps": 1.5}, "steps is 1.5, expected a whole number of at least 0"),
        ({"seed": -1}, "seed is -1"),
        ({"held_out": 1.0}, "held_out is 1.0, expected a share"),
        ({"model": "constant"}, "model is constant, expected a model that is trained and has a latent vector z0"),
        ({"model": "parabola"}, "unknown model 'parabola': expected one of latent_ode, "),
    ],
)
def test_settings_out_of_range_are_refused(settings, message):
    with pytest.raises(ConfigError, match=message):
        FitConfig(**settings)
