"""Scores reconstructions of test beats by class and recording condition, each replicate on those of its own split, and saves
the first replicate's of one beat of each class."""

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
    conditions = {name: Condition(**given) for name, given in params.conditions.items()}
    tests = [BeatSplit.load(Path(each)).test for each in files.splits]
    chosen = [
        ReconstructedBeats(
            beats, some_of_each_class(beats, test, params.beats), conditions, Adaptive(**params.evaluate)
        )
        for test in tests
    ]
    tables, examples, progress = [], {}, Progress(split, len(params.rows))
    for number, (name, path) in enumerate(zip(params.rows, files.models, strict=True), start=1):
        model, _ = load_model(Path(path))
        for member, own in enumerate(chosen):
            alone = model.member(member)
            reconstructed = own.by(alone)
            tables.append(own.errors(reconstructed, alone.seeds, split=split, latent_ode=name))
            if member == 0:
                examples[name] = reconstructed
        progress(number, "rows")
    ReconstructionErrors(pd.concat(tables)).save(Path(snakemake.output.errors))
    chosen[0].examples(examples).save(Path(snakemake.output.examples))
