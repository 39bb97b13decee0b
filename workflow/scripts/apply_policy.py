"""Trains a task with one policy that has learnt from the runs of a sweep."""

import json
from itertools import cycle
from pathlib import Path
from typing import Any

from pathlode.reporting.identity import identity
from pathlode.reporting.job import device, job
from pathlode.reporting.tables import joined
from pathlode.schedule.learners import Learnt
from pathlode.schedule.model import load_run_model
from pathlode.schedule.policy_runs import TUNING, learnable, mixes, read_task, swept, tune_and_train
from pathlode.schedule.scheduler import LookAheadConfig
from pathlode.schedule.training import RunConfig
from pathlode.training.resume import checkpoint_path, discard_checkpoints

with job(snakemake):
    params, name = snakemake.params, snakemake.wildcards.learner
    task = read_task(params.task, Path("resources"), device(snakemake.resources.get("gpu", 0)))
    models = [load_run_model(Path(file)) for file in snakemake.input.models]
    first, card = models[0], json.loads(Path(snakemake.input.cards).read_text())[0]
    sweep = swept(joined(snakemake.input.logs), **params.chosen)
    runs = learnable(sweep, "the sweep")
    settings: dict[str, Any]
    match params.learner["policy"]:
        case "replay":
            settings = {"best run": first.rates}
        case "mix":
            rates = mixes(runs, first.config.points, params.learner["mixes"], params.seeds[0])
            settings = {f"mix {number}": each for number, each in enumerate(rates, start=1)}
        case _:
            by_seed = dict(zip(params.seeds, cycle(models), strict=False))
            settings = {"learnt": Learnt(by_seed, runs, LookAheadConfig(**params.look_ahead))}
    trained = tune_and_train(
        task,
        snakemake.wildcards.task,
        name,
        params.learner["policy"],
        settings,
        params.tuning_seeds,
        params.seeds,
        RunConfig(**params.task["run"]),
        checkpoint_path(Path(snakemake.output.logs).parent, identity(snakemake)),
    )
    outcomes = trained.outcomes
    spent = float(sweep.groupby("run_id")["seconds"].last().sum() + card["seconds"])
    spent += float(outcomes.loc[outcomes["phase"] == TUNING, "seconds"].sum())
    outcomes.assign(seconds_before=spent).to_csv(snakemake.output.outcomes, index=False, float_format="%.6g")
    trained.logs.to_csv(snakemake.output.logs, index=False, float_format="%.8g")
    trained.decisions.to_csv(snakemake.output.decisions, index=False, float_format="%.6g")
    discard_checkpoints(Path(snakemake.output.logs).parent)
