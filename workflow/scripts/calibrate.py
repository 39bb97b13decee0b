"""Scores the flows of one library and summary on held-out systems: errors, calibration, distance to the exact posteriors, and
how they fare with data that they were not made for.
"""

from pathlib import Path

import numpy as np
import pandas as pd

from pathlode.arrays import save_groups
from pathlode.dynamics.data import SimulatedData
from pathlode.inference.c2st import c2st
from pathlode.inference.calibration import LEVELS, Posteriors, missed, score_posteriors
from pathlode.inference.designs import ObservationConfig
from pathlode.inference.flows import load_flow
from pathlode.inference.predictive import predictive_coverage
from pathlode.inference.summaries import Summary
from pathlode.models.saving import load_model
from pathlode.progress import Progress
from pathlode.registry import SYSTEMS
from pathlode.reporting.job import job

with job(snakemake):
    params, wildcards, files = snakemake.params, snakemake.wildcards, snakemake.input.flows
    data, system = SimulatedData.load(Path(snakemake.input.data)), SYSTEMS[params.system]()
    held_out, names = data["test"], list(data.parameters)
    model = load_model(Path(snakemake.input.model))[0] if snakemake.input.model else None
    summary = Summary(model, **params.summary)
    exact = [np.load(path) for path in snakemake.input.references]
    references, likeliest = [each["draws"][::2] for each in exact], np.array([each["log_prob"] for each in exact])
    conditions = {name: ObservationConfig(**params.observing | own) for name, own in params.robustness.items()}
    truth = held_out.parameters.numpy()
    others = {name: condition.observe(system, truth, seed=1) for name, condition in conditions.items()}
    outside = ObservationConfig(**params.observing).observe(system, np.array([params.outside]), seed=2)
    largest = max(int(Path(path).parent.name) for path in files)
    scores, robust, excluded, kept = [], [], [], {}
    progress = Progress(f"{wildcards.summary}, {wildcards.backend}", len(files))
    for done, path in enumerate(files, start=1):
        size, seed, flow = int(Path(path).parent.name), int(Path(path).stem), load_flow(Path(path))
        facts = {"summary": wildcards.summary, "backend": wildcards.backend, "n_train": size, "seed": seed}
        given = summary(held_out.observed, seed)
        posteriors = Posteriors.of(flow, given, held_out.parameters, params.draws, seed)
        compared = flow.sample(params.reference_draws, given[: len(references)], seed)
        accuracies = [c2st(compared[:, i].numpy(), reference) for i, reference in enumerate(references)]
        some, noise = compared[: params.predicted].numpy(), params.observing["noise"]
        predicted = predictive_coverage(system, some, held_out.observed, noise)
        own = {
            "log_prob_gap": float((likeliest - posteriors.log_prob[: len(exact)].numpy()).mean()),
            "c2st": float(np.mean(accuracies)),
            "predictive_coverage": predicted,
        }
        table = score_posteriors(posteriors, flow.prior, names, facts)
        scores.append(table.assign(**own))
        if size == largest:
            robust.append(table.assign(condition="as in training"))
            for name, series in others.items():
                drawn = Posteriors.of(flow, summary(series, seed), held_out.parameters, params.draws, seed)
                robust.append(score_posteriors(drawn, flow.prior, names, facts).assign(condition=name))
            strange = flow.sample(params.reference_draws, summary(outside, seed), seed)[:, 0]
            excluded.append(missed(strange, params.outside, names, facts))
        if size == largest and seed == params.seeds[0]:
            levels, covered, _ = posteriors.tarp()
            kept[wildcards.summary] = {
                "ranks": posteriors.ranks(),
                "tarp_levels": levels,
                "tarp_covered": covered,
                "levels": LEVELS,
                "coverage": posteriors.coverage(),
                "mean": posteriors.draws.mean(dim=0).numpy(),
                "std": posteriors.draws.std(dim=0).numpy(),
                "draws": compared.numpy(),
                "outside": strange.numpy(),
            }
        progress(done, f"flows scored, C2ST {np.mean(accuracies):.3f}")
    for name, tables in (("scores", scores), ("robustness", robust), ("outside", excluded)):
        pd.concat(tables).to_csv(snakemake.output[name], index=False, float_format="%.6g")
    save_groups(Path(snakemake.output.arrays), kept)
