"""Infers the posterior of the first held-out system of some replicates in rounds of simulations, and scores it."""

from pathlib import Path

import pandas as pd

from pathlode.inference.columns import labelled
from pathlode.inference.flows.settings import FlowConfig
from pathlode.inference.histories import flow_facts
from pathlode.inference.reference_posteriors import References
from pathlode.inference.scores import FlowScores
from pathlode.inference.single_trial import SingleTrial
from pathlode.progress import Progress
from pathlode.registry import SYSTEMS
from pathlode.reporting.job import job

with job(snakemake):
    params, tables = snakemake.params, []
    references = References.load_all(snakemake.input.references)
    trial = SingleTrial(SYSTEMS[params.system](), params.noise, FlowConfig(**params.flow), **params.rounds)
    simulations = trial.rounds * trial.simulations
    progress = Progress("posteriors in rounds", len(params.replicates))
    for seed in params.replicates:
        facts = flow_facts("rounds", params.flow["backend"], simulations, seed)
        tables.append(labelled(trial.scores(references.of(seed).first, seed), facts))
        progress(len(tables), f"inferred, C2ST {tables[-1]['c2st'].iloc[0]:.3f}")
    FlowScores(pd.concat(tables).reindex(columns=list(FlowScores.columns))).save(Path(snakemake.output.scores))
