import pickle
import shutil

import pytest
import torch

from pathlode.core.tensor_files import load_tensors, save_tensors
from pathlode.errors import CheckpointError
from pathlode.models.saving import load_model, save_model
from pathlode.registry import LOSSES
from pathlode.training.resume import Interim, discard_checkpoints, load_checkpoint, run_resumably
from pathlode.training.settings import TrainingConfig
from pathlode.training.trainer import Trainer


@pytest.fixture
def trainer(make_model, data):
    config = TrainingConfig(steps=20, batch=16, validate_every=5)
    return lambda: Trainer(make_model(), LOSSES["path"](), data.train.observed, data["validation"].observed, config)


class Interrupted(Exception):
    """Stands for a process that dies."""


def interrupted_at(step):
    def report(row):
        if row.step == step:
            raise Interrupted

    return report


@pytest.mark.fault(
    "training is interrupted", "it resumes from its checkpoint and ends with the same weights, bit for bit"
)
def test_an_interrupted_run_continues_and_ends_like_an_uninterrupted_one(trainer, tmp_path):
    whole = trainer()
    assert not run_resumably(whole, tmp_path / "whole", "a" * 64)
    shutil.rmtree(tmp_path / "whole")
    with pytest.raises(Interrupted):
        run_resumably(trainer(), tmp_path, "a" * 64, interrupted_at(10))
    assert [path.name for path in tmp_path.iterdir()] == [f"checkpoint-{'a' * 16}.pt"]
    resumed = trainer()
    steps = []
    assert run_resumably(resumed, tmp_path, "a" * 64, lambda row: steps.append(row.step))
    assert steps == [15, 20]
    for ours, theirs in zip(whole.model.parameters(), resumed.model.parameters(), strict=True):
        assert torch.equal(ours, theirs)
    assert len(list(tmp_path.iterdir())) == 1  # until the result is saved, a crash must not lose the run
    discard_checkpoints(tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.fault("a checkpoint of other settings or code exists", "it is ignored")
def test_a_checkpoint_of_other_settings_is_never_taken_up(trainer, tmp_path):
    with pytest.raises(Interrupted):
        run_resumably(trainer(), tmp_path, "a" * 64, interrupted_at(10))
    assert not run_resumably(trainer(), tmp_path, "b" * 64)


def test_a_checkpoint_of_other_settings_is_refused_in_one_sentence(trainer, tmp_path):
    path = tmp_path / "checkpoint.pt"
    save_tensors(path, {"identity": "a" * 64, "trainer": trainer().state_dict()})
    assert load_checkpoint(path, "a" * 64)["step_number"] == 0
    with pytest.raises(CheckpointError, match=r"belongs to another configuration or to other code .* move it away"):
        load_checkpoint(path, "b" * 64)


def test_an_interim_state_is_written_now_and_then(tmp_path, monkeypatch):
    interim = Interim(tmp_path / "state.pt")
    assert interim.read() is None
    assert not interim.due
    monkeypatch.setattr(Interim, "SECONDS", 0.0)
    assert interim.due
    interim.write({"step": 3})
    assert Interim(tmp_path / "state.pt").read() == {"step": 3}
    nowhere = Interim(None)
    nowhere.write({"step": 3})
    assert not nowhere.due
    assert nowhere.read() is None


def test_a_missing_file(tmp_path):
    with pytest.raises(CheckpointError, match="does not exist: train the model first"):
        load_tensors(tmp_path / "model.pt")


@pytest.mark.fault("a model file is damaged", "a sentence says to restore a copy or train again")
def test_a_damaged_file(make_model, tmp_path):
    path = tmp_path / "model.pt"
    save_model(path, make_model())
    path.write_bytes(path.read_bytes()[:3000])
    with pytest.raises(
        CheckpointError, match=r"model.pt cannot be read as a file of pathlode .* restore a copy of it, or train again"
    ):
        load_model(path)


@pytest.mark.fault("a model file would run code", "it is refused before it is read")
def test_a_file_that_would_run_code_is_refused(tmp_path):
    class Malicious:
        def __reduce__(self):
            return (open, (str(tmp_path / "ran"), "w"))

    path = tmp_path / "model.pt"
    path.write_bytes(pickle.dumps(Malicious()))
    with pytest.raises(CheckpointError, match="cannot be read as a file"):
        load_tensors(path)
    assert not (tmp_path / "ran").exists()


def test_weights_that_do_not_fit_their_configuration(make_model, tmp_path):
    model = make_model()
    save_tensors(
        tmp_path / "model.pt", {"model": {"config": {"features": 2}, "seeds": [0]}, "weights": model.state_dict()}
    )
    with pytest.raises(CheckpointError, match=r"is not a model of this version of pathlode .* or train again"):
        load_model(tmp_path / "model.pt")
