import numpy as np
import pandas as pd
import pytest
import torch

from pathlode.errors import ConfigError
from pathlode.registry import POLICIES
from pathlode.schedule.tasks.settings import TaskSettings
from pathlode.schedule.training import RunConfig, as_one_vector, loss_and_accuracy, train

CONFIG = RunConfig(epochs=6, batch=16, log_every=3)
IMAGES = {
    "data": "invented_images",
    "examples": {"train": 170, "validation": 60, "test": 80},
    "network": {"cnn": {"channels": [4], "strides": [2], "hidden": 8}},
}


@pytest.fixture(scope="module")
def task(tmp_path_factory):
    return TaskSettings(**IMAGES).read(tmp_path_factory.mktemp("none"))


def run(task, policy="cosine", setting=0.02, seed=0, config=CONFIG, kept=None, **more):
    return train(task, lambda training: POLICIES[policy](training, setting), seed, config, kept, **more)


def test_a_run_learns_and_is_logged(task):
    done = run(task)
    assert list(done.log.columns) == ["step", "epoch", "lr", "train_loss", "val_loss", "val_metric", "seconds"]
    assert done.log["step"].tolist() == list(range(3, 61, 3))
    assert done.log["epoch"].iloc[-1] == 6
    assert done.log["lr"].iloc[0] > done.log["lr"].iloc[-1] > 0
    assert done.log["train_loss"].iloc[-1] < 0.5 * done.log["train_loss"].iloc[0]
    assert (done.log["seconds"].diff().dropna() > 0).all()
    assert done.test_last > 0.6
    assert done.test_last == loss_and_accuracy(task, done.network, task.data.test)[1]
    assert done.seconds >= done.log["seconds"].iloc[-1]


def test_the_last_step_is_logged(task):
    done = run(task, config=RunConfig(epochs=1, batch=16, log_every=4))
    assert done.log["step"].tolist() == [4, 8, 10]


@pytest.mark.parametrize("policy", ["cosine", "schedule_free"])
def test_a_run_ends_the_same_without_the_validations_that_nobody_reads(task, policy):
    """Schedule-free weights are changed and changed back for each of them, up to rounding."""
    whole, short = (run(task, policy, tested=False, logged=logged) for logged in (True, False))
    columns = ["step", "lr", "train_loss", "val_loss", "val_metric"]
    assert short.log[columns].values.tolist() == whole.log[columns].tail(1).values.tolist()
    weights = whole.network.state_dict()
    assert all(found.equal(weights[name]) for name, found in short.network.state_dict().items())


def test_the_best_validations_weights_are_tested(task):
    """A rate that ruins the network at the end."""
    steps, good, bad = 60, np.log(0.02), np.log(30.0)
    done = run(task, "replay", np.where(np.linspace(0, 1, steps) < 0.7, good, bad))
    assert done.test_best_val > done.test_last + 0.2


@pytest.mark.parametrize("policy", ["cosine", "schedule_free"])
def test_the_seed_decides(task, policy):
    one, again, other = (run(task, policy, seed=seed) for seed in (0, 0, 1))
    columns = ["lr", "train_loss", "val_loss", "val_metric"]
    assert one.log[columns].equals(again.log[columns])
    assert not one.log[columns].equals(other.log[columns])


@pytest.mark.fault(
    "a training under a learning-rate policy is interrupted",
    "it resumes from its checkpoint and ends with the same weights, bit for bit",
)
@pytest.mark.parametrize("policy", POLICIES)
def test_an_interrupted_run_goes_on_as_if_it_had_not_been(task, policy, interrupted, setting, tmp_path):
    """Of 60 steps, in the middle of an epoch and between two rows of the log."""
    whole, kept = run(task, policy, setting(policy)), tmp_path / "checkpoint.pt"
    interrupted(38, lambda: run(task, policy, setting(policy), kept=kept))
    resumed = run(task, policy, setting(policy), kept=kept)
    pd.testing.assert_frame_equal(*(done.log.drop(columns="seconds") for done in (whole, resumed)), check_exact=True)
    pd.testing.assert_frame_equal(whole.decisions, resumed.decisions, check_exact=True)
    assert (resumed.log["seconds"].diff().dropna() > 0).all()
    weights = whole.network.state_dict()
    assert all(found.equal(weights[name]) for name, found in resumed.network.state_dict().items())
    assert (resumed.test_last, resumed.test_best_val) == (whole.test_last, whole.test_best_val)


def test_all_policies_of_a_seed_begin_alike(task):
    first = [run(task, policy, 1e-12).log["train_loss"].iloc[0] for policy in ("constant", "cosine", "step")]
    assert first == pytest.approx([first[0]] * 3)


def test_texts_are_trained_too(tmp_path):
    entry = {
        "data": "invented_text",
        "examples": {"train": 160, "validation": 40, "test": 40, "context": 8},
        "network": {"transformer": {"layers": 1, "width": 8, "heads": 2}},
    }
    done = run(TaskSettings(**entry).read(tmp_path), "constant", 0.02)
    assert done.test_last > 0.5


def test_a_diverged_run_is_told_by_its_log(task):
    done = run(task, "constant", 1e30)
    assert not np.isfinite(done.log["train_loss"].iloc[-1])
    assert 0 <= done.test_last <= 1


def test_evaluation_leaves_the_network_in_training(task):
    network = task.network(0)
    loss_and_accuracy(task, network, task.data.validation)
    assert network.training
    assert all(parameter.grad is None for parameter in network.parameters())
    assert torch.equal(task.network(0).state_dict()["head.0.weight"], network.state_dict()["head.0.weight"])


def test_impossible_lengths_are_refused():
    with pytest.raises(ConfigError, match="log_every is 0, expected at least 1"):
        RunConfig(epochs=1, batch=2, log_every=0)


def test_the_parameters_are_parts_of_one_vector(task):
    """A change of the vector changes the network, and the other way round."""
    network = task.network(0)
    before = torch.cat([parameter.detach().flatten() for parameter in network.parameters()])
    vector = as_one_vector(network)
    assert torch.equal(vector, before)
    with torch.no_grad():
        vector.add_(1.0)
    assert torch.equal(torch.cat([parameter.flatten() for parameter in network.parameters()]), before + 1)
    network.load_state_dict(task.network(0).state_dict())
    assert torch.equal(vector, before)
