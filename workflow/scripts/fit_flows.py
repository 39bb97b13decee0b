"""Fits flows of one library to one kind of summary: one for every number of simulations and every seed.

A job that goes on after an interruption takes the flows that were fitted then, and goes on with the one under way.
"""

import shutil
from pathlib import Path

import pandas as pd
import torch

from pathlode.core.tensor_files import load_tensors
from pathlode.dynamics.data import SimulatedData
from pathlode.inference.box import Box
from pathlode.inference.flows import FlowConfig
from pathlode.inference.summaries import Summary
from pathlode.models.saving import load_model
from pathlode.progress import Progress
from pathlode.registry import FLOWS, SYSTEMS
from pathlode.reporting.identity import digest, identity
from pathlode.reporting.job import job
from pathlode.training.resume import checkpoint_path, discard_checkpoints

with job(snakemake) as origin:
    params, wildcards, files = snakemake.params, snakemake.wildcards, snakemake.output.flows
    known = SimulatedData.load(Path(snakemake.input.data))["train"]
    model = load_model(Path(snakemake.input.model))[0] if snakemake.input.model else None
    summary = Summary(model, **params.summary)
    system = SYSTEMS[params.system]
    prior = Box(torch.tensor(system.low), torch.tensor(system.high))
    config = FlowConfig(backend=wildcards.backend, **params.flow)
    rows, progress = [], Progress(f"{wildcards.summary}, {wildcards.backend}", len(files))
    summaries = {seed: summary(known.observed, seed) for seed in params.seeds}
    folder = Path(snakemake.output.history).parent
    own = identity(snakemake)
    kept = {path: checkpoint_path(folder, digest({"job": own, "flow": path})) for path in files}
    for fitted, path in enumerate(files):
        size, seed = int(Path(path).parent.name), int(Path(path).stem)
        if not kept[path].exists():
            observed = summaries[seed][:size]
            flow = FLOWS[config.backend](prior, observed.shape[-1], config, seed)
            under_way = kept[path].with_stem(f"{kept[path].stem}-under-way")
            history = flow.fit(known.parameters[:size].float(), observed, under_way)
            flow.save(kept[path], history=history, origin=origin())
            under_way.unlink(missing_ok=True)
        history = load_tensors(kept[path])["history"]
        names = {"summary": wildcards.summary, "backend": wildcards.backend, "n_train": size, "seed": seed}
        rows += [names | dict(zip(("step", "log_prob", "validation_log_prob"), row, strict=True)) for row in history]
        progress(fitted + 1, f"flows fitted, validation log-probability {max(row[2] for row in history):.3f}")
    pd.DataFrame(rows).to_csv(snakemake.output.history, index=False, float_format="%.6g")
    for path in files:
        shutil.copyfile(kept[path], path)
    discard_checkpoints(folder)
