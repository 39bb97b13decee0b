"""A reader of past runs from studies of Optuna."""

from collections.abc import Iterator, Mapping
from functools import partial
from numbers import Real
from typing import Any

import numpy as np
import pandas as pd

from pathlode.errors import DataError
from pathlode.schedule.databases import refuse_other_database
from pathlode.schedule.logs import Log, join_logs, listed
from pathlode.schedule.readers import need
from pathlode.schedule.runs import Runs

REPORTED = "value"
"""Name of what a trial reports at its steps (``trial.report``)."""


def read_optuna(storage: str, study: str, names: Mapping[str, str]) -> Runs:
    """The trials of a study as runs. Trials that were pruned, failed or still run are left out.

    A trial reports one value at each step, most often the metric. What else it knows is a parameter or a user attribute: a
    number that holds for the whole run, such as the rate of a run without a schedule, a list with a number for each reported
    step, or a dictionary of steps::

        trial.set_user_attr("losses", losses)
        read_optuna("sqlite:///study.db", "rates", {"lr": "lr", "train_loss": "losses", "val_metric": "value"})

    Args:
        storage: where the study is, as Optuna writes it.
        study: name of the study.
        names: the name of each column: ``value``, a parameter, or an attribute.

    Raises:
        DataError: if there is no such study, Optuna cannot read it or is not installed, or
            :func:`pathlode.schedule.logs.join_logs` refuses it.
    """
    return join_logs(_optuna(storage, study), names, f"{storage} ({study})")


def _optuna(storage: str, study: str) -> Iterator[Log]:
    need("optuna")
    refuse_other_database(storage, "studies", "Optuna")
    import optuna

    try:
        others = optuna.get_all_study_names(storage)
        trials = optuna.load_study(study_name=study, storage=storage).trials if study in others else []
    except Exception as error:
        reason = str(error).strip().split("\n")[0]
        raise DataError(f"{storage} cannot be read by Optuna: {reason}") from error
    if study not in others:
        raise DataError(f"{storage} holds no study {study!r}, expected one of {listed(others)}")
    for trial in trials:
        complete = trial.state is optuna.trial.TrialState.COMPLETE
        series = {name: each for name, each in (trial.params | trial.user_attrs).items() if _is_series(each)}
        history = partial(_values, trial.intermediate_values, series)
        fault = None if complete else f"its state is {trial.state.name.lower()}"
        yield Log(str(trial.number), f"trial {trial.number}", [REPORTED, *series], history, fault)


def _is_series(value: Any) -> bool:
    return isinstance(value, (Real, list, dict)) and not isinstance(value, bool)


def _values(reported: Mapping[int, float], series: Mapping[str, Any], tag: str) -> pd.DataFrame:
    found = reported if tag == REPORTED else series[tag]
    if isinstance(found, Real):
        found = dict.fromkeys(reported, found)
    elif isinstance(found, list):
        found = dict(zip(reported, found, strict=False))
    return pd.DataFrame({"step": [int(step) for step in found], "value": list(found.values()), "time": np.nan})
