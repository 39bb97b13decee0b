"""The callback in trainings by the real library."""

import csv

import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from pathlode.errors import ConfigError
from pathlode.schedule import LatentODELR, LookAheadConfig

pytestmark = [pytest.mark.filterwarnings("ignore"), pytest.mark.xdist_group("lightning")]  # which imports slowly
STEPS = 60


@pytest.fixture(scope="module")
def library():
    from lightning import pytorch

    return pytorch


@pytest.fixture
def training(library, model, tmp_path):
    """A function that trains a tiny module, and returns it."""
    from pathlode.schedule import LightningLookAhead

    inputs = torch.randn(64, 3, generator=torch.Generator().manual_seed(0))
    data = TensorDataset(inputs, (inputs.sum(dim=1) > 0).float())

    class Module(library.LightningModule):
        def __init__(self, interval):
            super().__init__()
            torch.manual_seed(0)
            self.layer, self.interval = nn.Linear(3, 1), interval
            self.losses, self.rates = [], []

        def training_step(self, batch, _):
            loss = nn.functional.binary_cross_entropy_with_logits(self.layer(batch[0])[:, 0], batch[1])
            self.losses.append(loss.item())
            self.rates.append(self.optimizers().param_groups[0]["lr"])
            return loss

        def validation_step(self, batch, _):
            self.log("accuracy", ((self.layer(batch[0])[:, 0] > 0) == (batch[1] > 0)).float().mean())

        def configure_optimizers(self):
            optimizer = torch.optim.SGD(self.parameters(), lr=0.1)
            self.ours = LatentODELR(optimizer, model, STEPS, LookAheadConfig(every=8))
            return {"optimizer": optimizer, "lr_scheduler": {"scheduler": self.ours, "interval": self.interval}}

    def train(steps=STEPS, interval="step", metric="accuracy", resumed=None, **settings):
        module = Module(interval)
        trainer = library.Trainer(
            max_steps=steps,
            accelerator="cpu",
            callbacks=[LightningLookAhead(metric)],
            logger=library.loggers.CSVLogger(tmp_path, name="", version="run"),
            enable_progress_bar=False,
            enable_model_summary=False,
            enable_checkpointing=False,
            check_val_every_n_epoch=None,
            val_check_interval=4,
            **settings,
        )
        loaders = DataLoader(data, 8), DataLoader(data, 64)
        trainer.fit(module, *loaders, ckpt_path=resumed, weights_only=None if resumed is None else True)
        trainer.save_checkpoint(tmp_path / "last.ckpt")
        return module

    return train


def test_a_training_looks_ahead_with_its_own_losses_and_logs_decisions(training, tmp_path):
    module = training()
    log = module.ours._log
    assert [row[0] for row in log.rows[1:]] == module.losses[
        5:
    ]  # a metric is known after 4 steps, so the first row is of 5
    assert len(module.ours.decisions) == 4
    assert all(
        decision.outcome in ("new schedule", "kept: no future has such a loss") for decision in module.ours.decisions
    )
    with (tmp_path / "run/metrics.csv").open() as file:
        logged = [row for row in csv.DictReader(file) if row["look_ahead/rate"]]
    assert [float(row["look_ahead/rate"]) for row in logged] == [each.rate for each in module.ours.decisions]


def test_a_resumed_training_is_the_uninterrupted_one(training, tmp_path):
    whole = training()
    first = training(steps=32)
    rest = training(resumed=tmp_path / "last.ckpt")
    assert first.rates + rest.rates == whole.rates
    assert str(rest.ours.decisions) == str(whole.ours.decisions)  # as nan is not nan


def test_the_losses_of_accumulated_batches_are_averaged(training):
    module = training(steps=20, accumulate_grad_batches=2)
    assert len(module.losses) == 40
    means = [(first + second) / 2 for first, second in zip(module.losses[::2], module.losses[1::2], strict=True)]
    assert [row[0] for row in module.ours._log.rows[1:]] == pytest.approx(means[-len(module.ours._log.rows) + 1 :])


def test_what_would_never_look_ahead_is_refused(training):
    with pytest.raises(ConfigError, match="the scheduler's interval is epoch and its frequency 1, expected step and 1"):
        training(interval="epoch")
    with pytest.raises(ConfigError, match="metric is f1, expected one of accuracy"):
        training(metric="f1")
