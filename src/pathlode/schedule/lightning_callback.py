"""A callback of Lightning for the scheduler that looks ahead. It needs ``pip install 'pathlode[schedule,lightning]'``."""

from typing import Any

from pathlode.errors import ConfigError
from pathlode.schedule.callbacks import Watched

try:
    from lightning.pytorch import Callback
except ImportError:
    raise ConfigError("lightning is not installed: pip install 'pathlode[lightning]'") from None


class LightningLookAhead(Callback):  # type: ignore[misc]
    """Gives a :class:`pathlode.schedule.scheduler.LatentODELR` the losses and the metric of a Lightning training.

    The scheduler is returned by ``configure_optimizers``, with the interval ``step``::

        def configure_optimizers(self):
            optimizer = torch.optim.AdamW(self.parameters())
            scheduler = LatentODELR(optimizer, model, self.trainer.estimated_stepping_batches)
            return {"optimizer": optimizer, "lr_scheduler": {"scheduler": scheduler, "interval": "step"}}

    Losses are those that ``training_step`` returns, of every batch. The metric is read after every validation. Checkpoints hold
    the scheduler's state, so that a resumed training is the uninterrupted one. Decisions are logged by the trainer's loggers.

    Args:
        metric: name under which the module logs the metric; None if the past runs logged a loss only.

    Raises:
        ConfigError: when a training begins, if the optimisation is manual, the interval is not ``step`` or the frequency not 1,
            and as :class:`pathlode.schedule.callbacks.Watched`. After a validation, if the metric was not logged.
    """

    def __init__(self, metric: str | None = None) -> None:
        self.metric = metric

    def on_train_start(self, trainer: Any, pl_module: Any) -> None:
        if not pl_module.automatic_optimization:
            raise ConfigError(
                "the optimisation is manual: call the scheduler's step(loss=..., metric=...) in training_step"
            )
        configs = trainer.lr_scheduler_configs
        self._watched = Watched(
            (config.scheduler for config in configs), self.metric, trainer.estimated_stepping_batches
        )
        for config in configs:
            if (config.interval, config.frequency) != ("step", 1):
                raise ConfigError(
                    f"the scheduler's interval is {config.interval} and its frequency {config.frequency}, expected step and 1: "
                    'return {"scheduler": scheduler, "interval": "step"} as lr_scheduler from configure_optimizers'
                )

    def on_before_backward(self, trainer: Any, pl_module: Any, loss: Any) -> None:
        scaler = getattr(trainer.precision_plugin, "scaler", None)
        scale = trainer.accumulate_grad_batches / (scaler.get_scale() if scaler else 1.0)
        self._watched.scheduler.record(loss=loss * scale)

    def on_train_batch_end(self, trainer: Any, pl_module: Any, *batch: Any) -> None:
        for values in self._watched.news():
            for each in trainer.loggers:
                each.log_metrics(values, step=trainer.global_step)

    def on_validation_end(self, trainer: Any, pl_module: Any) -> None:
        if trainer.state.fn == "fit" and not trainer.sanity_checking:
            self._watched.measured(trainer.callback_metrics)
