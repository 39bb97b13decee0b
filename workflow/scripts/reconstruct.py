"""Scores reconstructions of test beats by class and recording condition, and keeps one of each class for the figure."""

from pathlib import Path

import numpy as np
import pandas as pd

from pathlode.core.solve import Adaptive
from pathlode.ecg.beats import Beats
from pathlode.ecg.conditions import Condition, millivolts
from pathlode.ecg.reconstruction import errors_by_class, reconstruct, some_of_each_class
from pathlode.ecg.splits import SPLITTERS
from pathlode.files import writing
from pathlode.models.saving import load_model
from pathlode.progress import Progress
from pathlode.reporting.job import job

with job(snakemake):
    wildcards, params = snakemake.wildcards, snakemake.params
    beats, (model, _) = Beats.load(Path(snakemake.input.beats)), load_model(Path(snakemake.input.model))
    tested = SPLITTERS[wildcards.split](beats, params.split_seed).test
    conditions = {name: Condition(**given) for name, given in params.conditions.items()}
    solver = Adaptive(**params.evaluate)
    some = some_of_each_class(beats, tested, params.beats)
    chosen = np.concatenate(list(some.values()))
    shown = np.flatnonzero(np.isin(chosen, [mine[len(mine) // 2] for mine in some.values()]))
    truth, classes = millivolts(beats, chosen), beats.classes[chosen]
    examples = {"classes": np.array(list(some)), "truth": truth[shown].numpy()}
    tables, progress = [], Progress(f"{wildcards.split}, {wildcards.latent_ode}", len(conditions))
    for number, (name, condition) in enumerate(conditions.items(), start=1):
        predicted = reconstruct(model, truth, condition, solver)
        table = errors_by_class(predicted, truth, classes, model.seeds)
        names = {"source": beats.source, "split": wildcards.split, "latent_ode": wildcards.latent_ode}
        facts = pd.DataFrame(names | {"condition": name, "rate_hz": condition.rate}, index=table.index)
        tables.append(facts.join(table))
        times, values = condition.observe(truth, seed=0)
        examples |= {f"times {name}": times[shown].numpy(), f"values {name}": values[shown, :, 0].numpy()}
        examples[f"predicted {name}"] = predicted[:, shown].numpy()
        progress(number, "conditions")
    pd.concat(tables).to_csv(snakemake.output.errors, index=False, float_format="%.6g")
    with writing(Path(snakemake.output.examples)) as temporary:
        np.savez(temporary, allow_pickle=False, **examples)
