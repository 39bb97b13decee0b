"""Fits flows of one library to one kind of summary: one for every number of simulations and every replicate. Beyond the
replicate's training trajectories further ones are simulated.

After an interruption, the job keeps the flows fitted before and continues with the unfinished one.
"""

from itertools import product
from pathlib import Path

import pandas as pd
import torch

from pathlode.core.tensor_files import load_tensors
from pathlode.dynamics.data import SimulatedData
from pathlode.files import digest
from pathlode.inference.box import Box
from pathlode.inference.designs import ObservationConfig
from pathlode.inference.flows.saving import save_flows
from pathlode.inference.flows.settings import FlowConfig
from pathlode.inference.histories import FlowHistories, flow_facts
from pathlode.inference.summaries import Summary
from pathlode.models.saving import load_model
from pathlode.progress import Progress
from pathlode.registry import FLOWS, SYSTEMS
from pathlode.reporting.identity import identity
from pathlode.reporting.job import job
from pathlode.training.resume import checkpoint_path, discard_checkpoints

FURTHER = 3  # with a replicate's number, the seed of further simulations; 1 and 2 make observations of its test systems

with job(snakemake) as origin:
    params, wildcards, flows = snakemake.params, snakemake.wildcards, Path(snakemake.output.flows)
    data = SimulatedData.load(Path(snakemake.input.data))
    model = load_model(Path(snakemake.input.model))[0] if snakemake.input.model else None
    summary = Summary(model, **params.summary)
    system = SYSTEMS[params.system]
    prior = Box(torch.tensor(system.low), torch.tensor(system.high))
    configs = [FlowConfig(backend=wildcards.backend, **flow) for flow in params.flow]
    design = ObservationConfig(**params.observing)
    known = {seed: data.replicate(place).train for place, seed in enumerate(params.replicates)}
    summaries = {seed: summary(known[seed].observed, seed) for seed in params.replicates}
    folder, kept, own, histories = flows.parent, [], identity(snakemake), []
    fits = list(product(zip(params.training_sets, configs, strict=True), params.replicates))
    progress = Progress(f"{wildcards.summary}, {wildcards.backend}", len(fits))
    for (size, config), seed in fits:
        kept.append(checkpoint_path(folder, digest({"job": own, "flow": [size, seed]})))
        if not kept[-1].exists():
            theta, observed = known[seed].parameters[:size], summaries[seed][:size]
            if size > len(theta):
                more = design.simulate(system(), size - len(theta), seed, FURTHER)
                theta = torch.cat([theta, more.parameters.to(theta)])
                observed = torch.cat([observed, summary(more.observed, seed).to(observed)])
            flow = FLOWS[config.backend](prior, observed.shape[-1], config, seed)
            under_way = kept[-1].with_stem(f"{kept[-1].stem}-under-way")
            history = flow.fit(theta.float(), observed, under_way)
            flow.save(kept[-1], history=history)
            under_way.unlink(missing_ok=True)
        facts = flow_facts(wildcards.summary, wildcards.backend, size, seed)
        histories.append(FlowHistories.of(load_tensors(kept[-1])["history"], facts).table)
        best = histories[-1]["validation_log_prob"].max()
        progress(len(kept), f"flows fitted, validation log-probability {best:.3f}")
    FlowHistories(pd.concat(histories)).save(Path(snakemake.output.history))
    save_flows(flows, kept, origin=origin())
    discard_checkpoints(folder)
