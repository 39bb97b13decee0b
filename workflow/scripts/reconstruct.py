"""Scores reconstructions of test beats by class and recording condition, and keeps one of each class for the figure."""

from pathlib import Path

import numpy as np

from pathlode.checkpoint import load_model
from pathlode.ecg.beats import Beats
from pathlode.ecg.conditions import Condition, millivolts
from pathlode.ecg.reconstruction import errors_by_class, reconstruct, some_of_each_class
from pathlode.ecg.splits import SPLITS
from pathlode.files import writing
from pathlode.job import job
from pathlode.solve import Adaptive

with job(snakemake.log[0], snakemake.threads):
    wildcards, params = snakemake.wildcards, snakemake.params
    beats, (model, _) = Beats.load(Path(snakemake.input.beats)), load_model(Path(snakemake.input.model))
    tested = SPLITS[wildcards.split](beats, params.split_seed).test
    conditions = {name: Condition(**given) for name, given in params.conditions.items()}
    solver = Adaptive(**params.evaluate)
    some = some_of_each_class(beats, tested, params.beats)
    table = errors_by_class(model, beats, some, conditions, solver)
    table.insert(0, "latent_ode", wildcards.latent_ode)
    table.insert(0, "split", wildcards.split)
    table.insert(0, "source", beats.source)
    table.to_csv(snakemake.output.errors, index=False, float_format="%.6g")

    shown = millivolts(beats, np.array([chosen[len(chosen) // 2] for chosen in some.values()]))
    examples = {"classes": np.array(list(some)), "truth": shown.numpy()}
    for name, condition in conditions.items():
        times, values = condition.observe(shown, seed=0)
        examples |= {f"times {name}": times.numpy(), f"values {name}": values[..., 0].numpy()}
        examples[f"predicted {name}"] = reconstruct(model, shown, condition, solver).numpy()
    with writing(Path(snakemake.output.examples)) as temporary:
        np.savez(temporary, allow_pickle=False, **examples)
