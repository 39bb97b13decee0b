"""Scores the flows of one library and summary on their replicates' held-out systems: errors, calibration, distance from the
reference posteriors, and scores and alarms under other observation designs and outside the prior. A flow that was trained on
fresh simulations, and on no replicate's data, is scored on each replicate, and so is the mixture of all replicates' flows.
"""

from pathlib import Path

import pandas as pd

from pathlode.dynamics.data import SimulatedData
from pathlode.inference.columns import labelled
from pathlode.inference.designs import ObservationConfig
from pathlode.inference.flows.mixture import FlowMixture
from pathlode.inference.flows.saving import load_flows
from pathlode.inference.histories import flow_facts
from pathlode.inference.reference_posteriors import References
from pathlode.inference.scores import AlarmShares, FlowScores, OutsideMisses, ShiftedScores
from pathlode.inference.summaries import Summary
from pathlode.inference.trial import TrialPlan
from pathlode.models.saving import load_model
from pathlode.progress import Progress
from pathlode.registry import SYSTEMS
from pathlode.reporting.job import job

with job(snakemake):
    params, wildcards, files, outputs = snakemake.params, snakemake.wildcards, snakemake.input, snakemake.output
    data, references = SimulatedData.load(Path(files.data)), References.load_all(files.references)
    model = load_model(Path(files.model))[0] if files.model else None
    summary, flows = Summary(model, **params.summary), load_flows(Path(files.flows))
    plan = TrialPlan(
        system=SYSTEMS[params.system](),
        usual=ObservationConfig(**params.observing),
        others={name: ObservationConfig(**params.observing | own) for name, own in params.robustness.items()},
        outside=params.outside,
        draws=params.draws,
        compared=params.reference_draws,
        predicted=params.predicted,
    )
    trials = {
        seed: plan.trial(data.replicate(place), references.of(seed), seed)
        for place, seed in enumerate(params.replicates)
    }
    largest = max(flow.pairs for flow in flows)
    tests = [(flow, seed) for flow in flows for seed in ([flow.seed] if flow.pairs else params.replicates)]
    scores, shifted, missed, alarms = [], [], [], []
    progress = Progress(f"{wildcards.summary}, {wildcards.backend}", len(tests))
    for flow, seed in tests:
        facts = flow_facts(wildcards.summary, wildcards.backend, flow.pairs, seed)
        tried = trials[seed].of(flow, summary)
        scores.append(labelled(tried.scores(), facts))
        if flow.pairs == largest:
            shifted.append(labelled(tried.shifted_scores(), facts))
            missed.append(labelled(tried.misses(), facts))
            alarms.append(labelled(tried.alarms(), facts))
            if seed == params.replicates[0]:
                tried.shown(wildcards.summary).save(Path(outputs.arrays))
        progress(len(scores), f"flows scored, C2ST {scores[-1]['c2st'].iloc[0]:.3f}")
    if params.ensemble:
        mixture = FlowMixture([flow for flow in flows if flow.pairs == largest])
        summaries = mixture.side_by_side(summary)
        for seed in params.replicates:
            facts = flow_facts(f"{wildcards.summary} ensemble", wildcards.backend, largest, seed)
            tried = trials[seed].of(mixture, summaries)
            scores.append(labelled(tried.scores(), facts))
            shifted.append(labelled(tried.shifted_scores(), facts))
            missed.append(labelled(tried.misses(), facts))
            alarms.append(labelled(tried.alarms(), facts))
    FlowScores(pd.concat(scores)).save(Path(outputs.scores))
    ShiftedScores(pd.concat(shifted)).save(Path(outputs.robustness))
    OutsideMisses(pd.concat(missed)).save(Path(outputs.outside))
    AlarmShares(pd.concat(alarms)).save(Path(outputs.alarms))
