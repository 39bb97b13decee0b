"""The tables that scripts of the scheduler chapter share."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar, Self

import pandas as pd

from pathlode.artefacts import TableFile
from pathlode.column_kinds import Text, Whole

if TYPE_CHECKING:
    from pathlode.schedule.run_model import RunModel  # only for types: the import would load PyTorch

TUNING, FINAL = "tuning", "final"
"""Phases of a policy's runs: tuning, which chooses its setting, and the runs that are compared."""

_FACTS = {
    "task": Text("name of the task"),
    "schedule": Text("name of the policy"),
    "setting": Text("name of the policy's setting"),
    "phase": Text(f"{TUNING} or {FINAL}"),
    "seed": Whole("number of the replicate"),
    "repeat": Whole("number of a tuning run among those of its setting, from 1; 0 for the compared run"),
}


class PolicyOutcomes(TableFile):
    """The outcomes of a policy's runs, one row per run."""

    columns: ClassVar[Mapping[str, str]] = {
        **_FACTS,
        "test_last": "test accuracy with the last weights, empty in tuning",
        "test_best_val": "test accuracy with the weights of the best validation, empty in tuning",
        "predictions": Whole(
            "number of predictions that a test accuracy counts: one per image, one per character of a text"
        ),
        "frequent": "test accuracy of always naming the class that is most frequent in training",
        "val_last": "validation accuracy at the last step",
        "sharpness": "the Hessian's eigenvalue of largest magnitude at the last weights, empty in tuning and after divergence",
        "seconds": "duration of the optimiser steps and the policy, in CPU time or, on a GPU, elapsed time",
        "seconds_validating": "duration of the validations, in the same time",
        "seconds_learning": "duration of the runs and fits that the policy has learnt from",
    }


class PolicyLogs(TableFile):
    """The logs of a policy's runs.

    One row per validation; of tuning runs from which no policy learns, the last one only.
    """

    columns: ClassVar[Mapping[str, str]] = {
        **_FACTS,
        "run_id": Text("name of the run, unique within a task and policy"),
        "step": Whole("optimiser steps taken"),
        "epoch": "epochs taken",
        "lr": "learning rate of the step",
        "train_loss": "mean training loss since the previous row",
        "val_loss": "validation loss",
        "val_metric": "validation accuracy",
        "seconds": "time since the run began, without validations",
    }
    float_format = "%.8g"


class PolicyDecisions(TableFile):
    """The decisions of a policy that looks ahead.

    One row per decision; other policies have no rows.
    """

    columns: ClassVar[Mapping[str, str]] = {
        **_FACTS,
        "step": Whole("optimiser steps taken"),
        "moment": "on the model's clock",
        "loss": "mean of the recent training losses",
        "qualified": Whole("number of futures in which such a loss occurs"),
        "metric": Text("metric predicted at the horizon, empty if no future was chosen"),
        "rate": "learning rate after the decision",
        "outcome": Text("new schedule, or the reason for keeping the current one"),
    }


class PolicyScores(TableFile):
    """The columns that the chapter's claims and figures compare, one row per compared run.

    The best parametric schedule of each task and replicate stands there twice, the trivial predictor beside all policies, see
    :func:`pathlode.schedule.comparison.with_best_parametric` and :func:`pathlode.schedule.comparison.with_frequent`.
    """

    columns: ClassVar[Mapping[str, str]] = {
        "task": Text("name of the task"),
        "schedule": Text("name of the policy, best_parametric, or frequent"),
        "setting": Text("name of the policy's setting"),
        "seed": Whole("number of the replicate"),
        "test_last": "test accuracy with the last weights",
        "test_best_val": "test accuracy with the weights of the best validation",
        "predictions": Whole("number of predictions that either counts: one per image, one per character of a text"),
        "test_last_error": "1 - test_last, at least half a prediction's share",
        "test_best_val_error": "1 - test_best_val, at least half a prediction's share",
        "sharpness": "magnitude of the Hessian's largest eigenvalue at the last weights, empty after divergence",
        "seconds": "of the optimiser steps and the policy, CPU time or, on a GPU, elapsed time",
        "seconds_with_sweep": "the same with all that had to be done before the policy's first run",
    }
    float_format = None


class PolicyBudgets(TableFile):
    """What the choice of a policy's compared run had cost, one row per task, policy and replicate."""

    columns: ClassVar[Mapping[str, str]] = {
        "task": Text("name of the task"),
        "schedule": Text("name of the policy, or best_parametric"),
        "seed": Whole("number of the replicate"),
        "runs": Whole("trainings that tuned the policy, or from which it learnt"),
        "seconds": "of their optimiser steps and of the fit to them, CPU time or, on a GPU, elapsed time",
        "seconds_validating": "of their validations, of which those that nobody reads are not made",
    }
    float_format = None


class PolicyComparisons(TableFile):
    """Paired differences between our policy and each other one, one row per task, policy and metric."""

    columns: ClassVar[Mapping[str, str]] = {
        "task": Text("name of the task"),
        "schedule": Text("name of the policy, or best_parametric"),
        "metric": Text("test_last, test_best_val or sharpness, as in the scores"),
        "mean": "mean of the policy's own metric over replicates",
        "difference": "mean of ours minus the policy's over the replicates of both; empty for ours",
        "low": "lower end of Student's t interval of the difference",
        "high": "upper end",
        "n": Whole("replicates of both; for ours its own"),
    }
    float_format = None


class RunModelFits(TableFile):
    """Latent ODEs of a sweep's runs and their errors, one row per model.

    Errors and standard deviations are over the moments after the windows of the held-out runs.
    """

    columns: ClassVar[Mapping[str, str]] = {
        "task": Text("name of the task"),
        "fit": Text("name of the fit"),
        "seed": Whole(
            "number of the replicate, which also makes the weights, the batches and the choice of held-out runs"
        ),
        "runs": Whole("number of runs that it was fitted to"),
        "error_train_loss": "root mean squared error of the training loss",
        "error_log_lr": "root mean squared error of the learning rate's natural logarithm",
        "error_val_metric": "root mean squared error of the validation accuracy",
        "spread_train_loss": "standard deviation of the training loss",
        "spread_log_lr": "standard deviation of the learning rate's natural logarithm",
        "spread_val_metric": "standard deviation of the validation accuracy",
        "seconds": "CPU time of the fit",
    }
    float_format = "%.17g"

    @classmethod
    def of(cls, task: str, fit: str, models: Sequence["RunModel"]) -> Self:
        """The rows of models of one fit."""
        rows = []
        for model in models:
            row = {"task": task, "fit": fit, "seed": model.config.seed, "runs": len(model.card.runs)}
            row |= {f"error_{feature}": error for feature, error in model.card.error.items()}
            row |= {f"spread_{feature}": spread for feature, spread in model.card.spread.items()}
            rows.append(row | {"seconds": model.card.seconds})
        return cls(pd.DataFrame(rows))
