"""Trains one flow of a library on simulations that are drawn as it goes, for a batch of replicates. It sees none of their data,
unless its network starts as the encoder of the first replicate's latent ODE.

After an interruption, the job continues from its checkpoint.
"""

from pathlib import Path

import torch

from pathlode.inference.box import Box
from pathlode.inference.flows.saving import save_flows
from pathlode.inference.flows.settings import FlowConfig
from pathlode.inference.fresh import FreshConfig, FreshTraining
from pathlode.inference.histories import FlowHistories, flow_facts
from pathlode.inference.random_designs import RandomDesigns
from pathlode.inference.refinement import start_from
from pathlode.inference.simulations import SystemSimulations
from pathlode.inference.summaries import Summary
from pathlode.models.saving import load_model
from pathlode.progress import Progress
from pathlode.registry import FLOWS, SYSTEMS
from pathlode.reporting.identity import identity
from pathlode.reporting.job import job
from pathlode.training.resume import checkpoint_path, discard_checkpoints

with job(snakemake) as origin:
    params, wildcards, flows = snakemake.params, snakemake.wildcards, Path(snakemake.output.flows)
    system, summary, seed = SYSTEMS[params.system], Summary(**params.summary), params.replicate
    simulations = SystemSimulations(system(), params.window, RandomDesigns(**params.designs), summary.of_scattered)
    prior = Box(torch.tensor(system.low), torch.tensor(system.high))
    numbers = simulations.pool(2, (seed, 0)).observe(torch.arange(2), torch.Generator()).shape[-1]
    flow = FLOWS[wildcards.backend](prior, numbers, FlowConfig(backend=wildcards.backend, **params.flow), seed)
    config = FreshConfig(**params.train)
    progress = Progress(f"{wildcards.summary}, {wildcards.backend}", config.steps)
    under_way = checkpoint_path(flows.parent, identity(snakemake))
    training = FreshTraining(flow, simulations, config)
    if snakemake.input.start:
        model = load_model(Path(snakemake.input.start))[0]
        start_from(flow, model, list(model.seeds).index(seed))
    history = training.run(
        under_way, lambda step, score: progress(step, f"steps, validation log-probability {score:.3f}")
    )
    facts = flow_facts(wildcards.summary, wildcards.backend, flow.pairs, seed)
    FlowHistories.of(history, facts).save(Path(snakemake.output.history))
    kept = under_way.with_stem(f"{under_way.stem}-trained")
    flow.save(kept)
    save_flows(flows, [kept], origin=origin())
    discard_checkpoints(flows.parent)
