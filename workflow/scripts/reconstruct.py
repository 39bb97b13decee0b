"""Scores reconstructions of a split's test beats by class and recording condition, and saves one of each class."""

from pathlib import Path

import pandas as pd

from pathlode.core.solve import Adaptive
from pathlode.ecg.beats import Beats
from pathlode.ecg.conditions import Condition
from pathlode.ecg.reconstruction import ReconstructedBeats
from pathlode.ecg.results import ReconstructionErrors
from pathlode.ecg.splits import BeatSplit, some_of_each_class
from pathlode.models.saving import load_model
from pathlode.progress import Progress
from pathlode.reporting.job import job

with job(snakemake):
    files, params, split = snakemake.input, snakemake.params, snakemake.wildcards.split
    beats = Beats.load(Path(files.beats))
    some = some_of_each_class(beats, BeatSplit.load(Path(files.split)).test, params.beats)
    conditions = {name: Condition(**given) for name, given in params.conditions.items()}
    chosen = ReconstructedBeats(beats, some, conditions, Adaptive(**params.evaluate))
    tables, reconstructed, progress = [], {}, Progress(split, len(params.latent_odes))
    for name, path in zip(params.latent_odes, files.models, strict=True):
        model, _ = load_model(Path(path))
        reconstructed[name] = chosen.by(model)
        tables.append(chosen.errors(reconstructed[name], model.seeds, split=split, latent_ode=name))
        progress(len(tables), "latent ODEs")
    ReconstructionErrors(pd.concat(tables)).save(Path(snakemake.output.errors))
    chosen.examples(reconstructed).save(Path(snakemake.output.examples))
