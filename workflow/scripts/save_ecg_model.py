"""Makes the file of a classifier of heartbeats, for recordings of any source, and its card."""

from functools import partial
from pathlib import Path

from pathlode.ecg.beat_model_fit import fit_beat_model
from pathlode.ecg.beats import Beats
from pathlode.ecg.conditions import Condition
from pathlode.ecg.splits import BeatSplit
from pathlode.ecg.study import Study
from pathlode.ecg.weighted_trees import WeightedTreeConfig, WeightedTrees
from pathlode.models.saving import load_model
from pathlode.reporting.job import job

with job(snakemake) as origin:
    files, params, made = snakemake.input, snakemake.params, snakemake.output
    conditions = {name: Condition(**given) for name, given in params.conditions.items()}
    study = Study(Beats.load(Path(files.beats)), BeatSplit.load(Path(files.split)), conditions, params.centred)
    model = fit_beat_model(
        study,
        load_model(Path(files.model))[0].member(0),
        partial(WeightedTrees, WeightedTreeConfig(**params.trees), params.replicate),
        params.trained_on,
        {"split": params.split, "model": params.classifier, "seed": params.replicate},
        commit=origin()["commit"],
    )
    model.save(Path(made.model))
    model.card.save(Path(made.card))
