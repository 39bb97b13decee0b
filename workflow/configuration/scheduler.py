"""The scheduler chapter: the settings of rows and policies, and checks of consistency."""

from collections.abc import Iterator, Mapping
from typing import Any

from pathlode.parts import PARTS
from workflow.configuration.part_checks import check_parts
from workflow.configuration.parts import entries_of_parts, has_latent, model_parts
from workflow.configuration.real_logs import check_real_logs
from workflow.configuration.schema import InvalidConfig, unknown
from workflow.configuration.solvable import check_solvable
from workflow.configuration.tasks import check_task

CHOOSING_RUNS = ("schedules", "repeats")
"""Entries of a row that choose its runs."""
DECIDING_NOTHING = ("mix", "plan", "replay")
"""Policies whose rates are known before a training begins."""
DECIDED = ("horizon", "reading")
"""Entries of a learner that replace settings of decisions."""


def fit_entry(scheduler: Mapping[str, Any], fit: str) -> dict[str, Any]:
    """``scheduler.fit``, with the entries of a row replacing it."""
    own = {key: value for key, value in scheduler["rows"][fit].items() if key not in CHOOSING_RUNS}
    return dict(scheduler["fit"]) | own


def fit_settings(scheduler: Mapping[str, Any], fit: str) -> dict[str, Any]:
    """Settings of a row, as in :class:`pathlode.schedule.run_model.FitConfig`."""
    entry = fit_entry(scheduler, fit)
    return model_parts(entry) | {key: value for key, value in entry.items() if key not in ("model", *PARTS)}


def fit_entries(scheduler: Mapping[str, Any], fit: str, loss: bool = False) -> list[str]:
    """What the models of a row are made of, as ``"module:class"``, with or without their loss and what trains by it."""
    return entries_of_parts(model_parts(fit_entry(scheduler, fit)), loss)


def chosen_runs(scheduler: Mapping[str, Any], fit: str) -> dict[str, Any]:
    """The runs of the sweep that a row's models see, as arguments of :func:`pathlode.schedule.sweep.swept`."""
    return {key: value for key, value in scheduler["rows"][fit].items() if key in CHOOSING_RUNS}


def fitted_to(scheduler: Mapping[str, Any], learner: str, task: str) -> dict[str, str]:
    """The task from whose runs a policy learns, and the row of the models of them."""
    entry = scheduler["learners"][learner]
    return {"task": entry.get("learnt_from", task), "fit": entry["row"]}


def learnt_runs(scheduler: Mapping[str, Any], learner: str) -> dict[str, Any]:
    """The runs from which a learner learns, as in :func:`pathlode.schedule.budgets.policy_budgets`."""
    entry = scheduler["learners"][learner]
    moved = {"task": entry["learnt_from"]} if "learnt_from" in entry else {}
    return {"schedules": scheduler["sweep"]["schedules"]} | chosen_runs(scheduler, entry["row"]) | moved


def look_ahead_settings(scheduler: Mapping[str, Any], learner: str) -> dict[str, Any]:
    """Settings of a learner's decisions, as in :class:`pathlode.schedule.decisions.LookAheadConfig`."""
    entry = scheduler["learners"][learner]
    if entry["policy"] in DECIDING_NOTHING:
        return {}
    return dict(scheduler["look_ahead"]) | {key: entry[key] for key in DECIDED if key in entry}


def steering_settings(scheduler: Mapping[str, Any]) -> dict[str, Any]:
    """Settings of the latent ODE's scheduler, as in :class:`pathlode.schedule.solvable.steered.Steering`."""
    own = scheduler["solvable"]["steered"]
    return {
        "replicates": own["replicates"],
        "fit": fit_settings(scheduler, own["row"]),
        "look_ahead": {name: look_ahead_settings(scheduler, name) for name in own["learners"]},
    }


def check(config: Mapping[str, Any]) -> None:
    """Refuses undefined names and inconsistent settings."""
    scheduler = config["scheduler"]
    _check_window(scheduler["fit"])
    for name in scheduler["rows"]:
        _check_fit(scheduler, name)
    for name, entry in scheduler["learners"].items():
        _check_learner(f"config: scheduler.learners.{name}", entry)
    for name in _rows_in_use(scheduler):
        _check_repeats(f"config: scheduler.rows.{name}", scheduler["rows"][name], scheduler["sweep"])
    for place, name, allowed, whole in _named(scheduler):
        if name not in allowed:
            raise InvalidConfig(unknown(f"scheduler.{place}", name, allowed, whole))
    _check_compared(scheduler)
    check_solvable(scheduler)
    check_real_logs(scheduler)
    for name in scheduler["policies"]:
        if name in scheduler["learners"]:
            raise InvalidConfig(
                f"config: {name!r} is a key of both scheduler.policies and scheduler.learners; rename one"
            )
    for name in scheduler["run"]["tasks"]:
        check_task(scheduler, name)


def _named(scheduler: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any], str]]:
    """Every name that a setting refers to: the setting, the name, the entries among which it must be, and their key."""
    run, sweep, rows, tasks = (scheduler[key] for key in ("run", "sweep", "rows", "tasks"))
    tuned, learnt, swept = (dict.fromkeys(names) for names in (run["policies"], run["learners"], sweep["schedules"]))
    for key in run:
        yield from ((f"run.{key}", name, scheduler[key], f"scheduler.{key}") for name in run[key])
    yield from (("sweep.schedules", name, tuned, "scheduler.run.policies") for name in sweep["schedules"])
    yield from (("compared", name, learnt, "scheduler.run.learners") for name in scheduler["compared"][:1])
    for name in scheduler["compared"]:
        yield "compared", name, tuned | learnt, "scheduler.run.policies or learners"
    for name, entry in scheduler["learners"].items():
        yield f"learners.{name}.row", entry["row"], rows, "scheduler.rows"
        yield from ((f"learners.{name}.tasks", task, tasks, "scheduler.tasks") for task in entry.get("tasks", []))
        if "learnt_from" in entry:
            yield f"learners.{name}.learnt_from", entry["learnt_from"], tasks, "scheduler.tasks"
    for name in _rows_in_use(scheduler):
        for one in rows[name].get("schedules", []):
            yield f"rows.{name}.schedules", one, swept, "scheduler.sweep.schedules"


def _rows_in_use(scheduler: Mapping[str, Any]) -> set[str]:
    """The rows of the learners that are run."""
    learners = scheduler["learners"]
    return {learners[name]["row"] for name in scheduler["run"]["learners"] if name in learners} & set(scheduler["rows"])


def _check_window(fit: Mapping[str, Any]) -> None:
    if 2 * fit["window"] > fit["points"]:
        raise InvalidConfig(
            f"config: scheduler.fit.window is {fit['window']}, expected at most half of the {fit['points']} points; lower "
            "window or raise points"
        )


def _check_learner(place: str, entry: Mapping[str, Any]) -> None:
    """Refuses settings that the learner's policy does not use, and a mix without mixes."""
    if (entry["policy"] == "mix") != ("mixes" in entry):
        raise InvalidConfig(
            f"{place} has the policy {entry['policy']} "
            f"{'and mixes; remove mixes or set policy: mix' if 'mixes' in entry else 'without mixes; add mixes'}"
        )
    for key in DECIDED:
        if entry["policy"] in DECIDING_NOTHING and key in entry:
            raise InvalidConfig(
                f"{place} has a {key}, but its policy {entry['policy']} uses none; remove it, or choose another policy"
            )


def _check_repeats(place: str, fit: Mapping[str, Any], sweep: Mapping[str, Any]) -> None:
    """Refuses a row whose own number of repeats is not below the sweep's."""
    if fit.get("repeats", 0) >= sweep["repeats"]:
        raise InvalidConfig(
            f"{place}.repeats is {fit['repeats']}, expected fewer than the {sweep['repeats']} of scheduler.sweep.repeats; "
            "raise that, or remove the learners with this row from scheduler.run.learners"
        )


def _check_compared(scheduler: Mapping[str, Any]) -> None:
    """Refuses a comparison of learners that are not run on every task."""
    tasks = scheduler["run"]["tasks"]
    for name in scheduler["compared"]:
        lacking = set(tasks) - set(scheduler["learners"].get(name, {}).get("tasks", tasks))
        if lacking:
            raise InvalidConfig(
                f"config: scheduler.compared names {name!r}, whose tasks lack {sorted(lacking)} of scheduler.run.tasks; add "
                "them, or remove the name"
            )


def _check_fit(scheduler: Mapping[str, Any], fit: str) -> None:
    """Refuses a model whose parts do not fit each other, or without a z0 that the scheduler can perturb."""
    entry = fit_entry(scheduler, fit)
    place = f"scheduler.rows.{fit}" if {"model", *PARTS} & scheduler["rows"][fit].keys() else "scheduler.fit"
    if not has_latent(entry):
        raise InvalidConfig(
            f"config: {place}.model is {entry['model']!r}, which has no z0, but policies perturb z0 to predict futures; name "
            "another model"
        )
    check_parts(place, entry)
