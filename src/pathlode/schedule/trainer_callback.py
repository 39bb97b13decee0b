"""A callback of Hugging Face's Trainer for the scheduler that looks ahead.

It needs ``pip install 'pathlode[schedule,transformers]'``.
"""

from collections.abc import Mapping
from typing import Any

from pathlode.errors import ConfigError
from pathlode.schedule.callbacks import Watched

try:
    from transformers import TrainerCallback
except ImportError:
    raise ConfigError("transformers is not installed: pip install 'pathlode[transformers]'") from None


class TrainerLookAhead(TrainerCallback):  # type: ignore[misc]
    """Gives a :class:`pathlode.schedule.scheduler.LatentODELR` the losses and metric of a training by Hugging Face's Trainer.

    The scheduler is given to the trainer with its optimiser::

        optimizer = torch.optim.AdamW(network.parameters())
        scheduler = LatentODELR(optimizer, model, total_steps=arguments.max_steps)
        callback = TrainerLookAhead("eval_accuracy")
        Trainer(network, arguments, optimizers=(optimizer, scheduler), callbacks=[callback], ...).train()

    If the arguments count epochs, ``max_steps`` is -1; give the optimiser steps of an epoch, times the epochs, in its place.

    Losses are those that the trainer logs, means over ``logging_steps``; each counts from the next step on. Let the trainer log
    at least as often as the past runs have rows (``model.card.rows``). The metric is read after every evaluation; with several
    sets (``eval_dataset={"near": ..., "far": ...}``) its name names the set, as in ``eval_near_accuracy``. Checkpoints hold the
    scheduler's state. Decisions are entries of ``state.log_history``, and so of ``trainer_state.json``.

    Args:
        metric: name of the metric of an evaluation, for example ``eval_accuracy``; None if the past runs logged a loss only.

    Raises:
        ConfigError: when a training begins, as :class:`pathlode.schedule.callbacks.Watched`. At the step after an evaluation,
            if it lacked the metric on all sets.
    """

    def __init__(self, metric: str | None = None) -> None:
        self.metric = metric
        self._watched: Watched | None = None
        self._measured: set[str] = set()

    def on_train_begin(self, args: Any, state: Any, control: Any, **others: Any) -> None:
        self._watched = Watched([others["lr_scheduler"]], self.metric, state.max_steps)
        self._measured = set()

    def on_step_begin(self, args: Any, state: Any, control: Any, **others: Any) -> None:
        if self._watched and self._measured:  # on all sets, each of which is an evaluation
            self._watched.expect(self._measured)
            self._measured = set()

    def on_log(self, args: Any, state: Any, control: Any, logs: Mapping[str, Any] | None = None, **others: Any) -> None:
        if self._watched and logs and "loss" in logs:
            self._watched.scheduler.record(loss=logs["loss"])

    def on_step_end(self, args: Any, state: Any, control: Any, **others: Any) -> None:
        for values in self._watched.news() if self._watched else ():
            state.log_history.append({**values, "step": state.global_step})

    def on_evaluate(self, args: Any, state: Any, control: Any, metrics: Mapping[str, Any], **others: Any) -> None:
        if self._watched is None:  # an evaluation without a training
            return
        self._measured |= set(metrics)
        if self.metric in metrics:
            self._watched.measured(metrics)

    def on_train_end(self, args: Any, state: Any, control: Any, **others: Any) -> None:
        self._watched = None
