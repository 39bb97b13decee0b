import pytest

from pathlode.errors import CheckpointError
from pathlode.models.saving import FitRecord, load_fitted, save_fitted, save_model


def test_a_fitted_model_comes_with_its_record(make_model, tmp_path):
    record = FitRecord(identity="abc", seconds=1.5, origin={"rule": "train", "inputs": ["data.npz"]}, weight=0.1)
    save_fitted(tmp_path / "model.pt", make_model(), record)
    model, loaded = load_fitted(tmp_path / "model.pt")
    assert model.seeds == (0, 1, 2)
    assert loaded == record


def test_a_model_that_no_job_fitted_has_no_record(make_model, tmp_path):
    save_model(tmp_path / "model.pt", make_model())
    with pytest.raises(CheckpointError, match=r"model.pt is not the model of a job .*'identity'.*train it again"):
        load_fitted(tmp_path / "model.pt")
