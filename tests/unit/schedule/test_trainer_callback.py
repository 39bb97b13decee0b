"""The callback in trainings by the real library."""

import json

import numpy as np
import pytest
import torch
from torch import nn

from pathlode.errors import ConfigError
from pathlode.schedule import LatentODELR, LookAheadConfig

pytestmark = [pytest.mark.filterwarnings("ignore"), pytest.mark.xdist_group("transformers")]  # which imports slowly
STEPS = 60


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.layer = nn.Linear(3, 2)

    def forward(self, inputs, labels):
        logits = self.layer(inputs)
        return {"loss": nn.functional.cross_entropy(logits, labels), "logits": logits}


@pytest.fixture
def training(model, tmp_path):
    """A function that trains a tiny network, and returns its trainer and scheduler."""
    from transformers import Trainer, TrainingArguments

    from pathlode.schedule import TrainerLookAhead

    inputs = torch.randn(64, 3, generator=torch.Generator().manual_seed(0))
    data = [{"inputs": each, "labels": (each.sum() > 0).long()} for each in inputs]

    def train(steps=STEPS, metric="eval_accuracy", resumed=None, total=STEPS, sets=None):
        network = Network()
        optimizer = torch.optim.SGD(network.parameters(), lr=0.1)
        scheduler = LatentODELR(optimizer, model, total, LookAheadConfig(every=8))
        arguments = TrainingArguments(
            output_dir=str(tmp_path),
            max_steps=steps,
            per_device_train_batch_size=8,
            per_device_eval_batch_size=64,
            logging_steps=1,
            eval_strategy="steps",
            eval_steps=4,
            save_steps=32,
            report_to="none",
            use_cpu=True,
            disable_tqdm=True,
            dataloader_pin_memory=False,
        )
        trainer = Trainer(
            network,
            arguments,
            train_dataset=data,
            eval_dataset=dict.fromkeys(sets, data) if sets else data,
            optimizers=(optimizer, scheduler),
            callbacks=[TrainerLookAhead(metric)],
            compute_metrics=lambda found: {"accuracy": float(np.mean(found.predictions.argmax(1) == found.label_ids))},
        )
        trainer.train(resume_from_checkpoint=resumed)
        return trainer, scheduler

    return train


def logged(history, name):
    return [entry[name] for entry in history if name in entry]


def test_a_training_looks_ahead_and_resumes(training, tmp_path, capsys):
    trainer, scheduler = training()
    history = trainer.state.log_history
    losses, rows = logged(history, "loss"), scheduler._log.rows
    assert [row[0] for row in rows[1:]] == losses[4 : len(rows) + 3]  # of the step before, once a metric is known
    assert len(scheduler.decisions) == 4
    assert all(each.outcome in ("new schedule", "kept: no future has such a loss") for each in scheduler.decisions)
    assert logged(history, "look_ahead/rate") == [each.rate for each in scheduler.decisions]
    saved = json.loads((tmp_path / "checkpoint-32/trainer_state.json").read_text())["log_history"]
    assert logged(saved, "look_ahead/rate") == [each.rate for each in scheduler.decisions if each.step <= 32]
    again, resumed = training(resumed=str(tmp_path / "checkpoint-32"))
    assert str(resumed.decisions) == str(scheduler.decisions)  # as nan is not nan
    assert logged(again.state.log_history, "learning_rate") == logged(history, "learning_rate")


def test_the_metric_may_be_of_one_of_several_sets(training, capsys):
    trainer, scheduler = training(steps=16, metric="eval_far_accuracy", sets=["near", "far"])
    assert scheduler._log.metric == logged(trainer.state.log_history, "eval_far_accuracy")[-1]
    with pytest.raises(ConfigError, match="metric is eval_accuracy, expected one of .*eval_far_accuracy.*near"):
        training(steps=16, sets=["near", "far"])


def test_a_metric_that_is_not_measured_is_refused(training, capsys):
    with pytest.raises(ConfigError, match="metric is eval_f1, expected one of .*eval_accuracy"):
        training(metric="eval_f1")
