from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
import torch
from combinations import SEEDS, kinked, readable

from pathlode.core.solve import FixedStep
from pathlode.errors import CheckpointError
from pathlode.models.saving import FitRecord, load_fitted, load_model, save_fitted, save_model


def test_a_fitted_model_comes_with_its_record(make_model, tmp_path):
    record = FitRecord(identity="abc", seconds=1.5, origin={"rule": "train", "inputs": ["data.npz"]}, weight=0.1)
    save_fitted(tmp_path / "model.pt", make_model(), record)
    model, loaded = load_fitted(tmp_path / "model.pt")
    assert model.seeds == (0, 1, 2)
    assert loaded == record


def test_a_model_that_no_job_fitted_has_no_record(make_model, tmp_path):
    save_model(tmp_path / "model.pt", make_model())
    with pytest.raises(
        CheckpointError, match=r"model.pt is not the model of a job .*'identity'.*load_model, or train again"
    ):
        load_fitted(tmp_path / "model.pt")


@pytest.mark.fault("values of NumPy, paths and dates are saved with a model", "they are read back as they were")
def test_what_is_saved_beside_a_model_is_given_back(make_model, tmp_path):
    given = {"rmse": np.sqrt(0.25), "curve": np.arange(3), "source": Path("a.csv"), "trained": datetime(2020, 1, 2)}
    save_model(tmp_path / "model.pt", make_model(), **given)
    _, found = load_model(tmp_path / "model.pt")
    np.testing.assert_equal(found, given)
    assert [type(value) for value in found.values()] == [type(value) for value in given.values()]


def test_sizes_that_are_numbers_of_numpy_are_saved(make_model, tmp_path):
    model = make_model(width=np.int64(8))
    save_model(tmp_path / "model.pt", model)
    assert load_model(tmp_path / "model.pt")[0].config == model.config


def test_a_value_beside_a_model_does_not_replace_its_weights(make_model, tmp_path):
    with pytest.raises(CheckpointError, match="the name 'weights' is taken by a part of the file"):
        save_model(tmp_path / "model.pt", make_model(), weights=1)
    assert not (tmp_path / "model.pt").exists()


def test_save_and_load_round_trip(case, series, tmp_path):
    model = case.model()
    model.standardise(series.to(torch.float32))
    save_model(tmp_path / "model.pt", model, seconds=1.5)
    loaded, extra = load_model(tmp_path / "model.pt")
    assert extra == {"seconds": 1.5}
    assert (type(loaded), loaded.config, loaded.seeds) == (type(model), model.config, SEEDS)
    times, values = series.times.float(), series.values.float()
    assert torch.equal(loaded(times, values).values, model(times, values).values)


def test_dtype_is_kept_and_agrees(case, series, tmp_path):
    series = readable(case, series)
    model, solver = case.model(), FixedStep("rk4", 8) if kinked(case) else None
    single = model(series.times.float(), series.values.float(), solver=solver).values
    double = model.double()(series.times, series.values, solver=solver).values
    assert (single.dtype, double.dtype) == (torch.float32, torch.float64)
    assert torch.allclose(single.double(), double, atol=1e-4)
    save_model(tmp_path / "model.pt", model)
    assert load_model(tmp_path / "model.pt")[0].mean.dtype == torch.float64


def test_a_file_of_another_model_says_what_it_holds(tmp_path):
    for content, holds in (
        (torch.nn.Linear(1, 1).state_dict(), "weight, bias"),
        (
            {"epoch": 3, "model": {"0.weight": torch.ones(1)}, "optimizer": {}, "rate": 0.1},
            "epoch, model, optimizer ...",
        ),
        ({}, "nothing"),
    ):
        torch.save(content, tmp_path / "other.pt")
        with pytest.raises(
            CheckpointError, match=f"other.pt holds no model of pathlode, but {holds}: give the path of a"
        ):
            load_model(tmp_path / "other.pt")
