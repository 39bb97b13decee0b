"""Measures what a training step costs in rows that take turns, with the stacks, data and settings of their trainings."""

from pathlib import Path

from pathlode.dynamics.artefacts import Chosen
from pathlode.dynamics.data import SimulatedData
from pathlode.dynamics.step_costs import StepCosts, step_costs, steps_taken
from pathlode.reporting.job import job
from pathlode.training.experiment import Experiment

with job(snakemake):
    files, params = snakemake.input, snakemake.params
    data, trainers = SimulatedData.load(Path(files.data)).observed, {}
    for (row, given), file in zip(params.settings.items(), files.chosen, strict=True):
        train = given["train"] | {"steps": max(given["train"]["steps"], steps_taken(len(params.replicates)))}
        chosen = Chosen.load(Path(file)).of(params.replicates)
        trainers[row] = Experiment(seeds=params.replicates, **given | {"train": train}, **chosen).trainer(data)
    table = step_costs(trainers).assign(system=snakemake.wildcards.system)
    StepCosts(table[list(StepCosts.columns)]).save(Path(snakemake.output.table))
