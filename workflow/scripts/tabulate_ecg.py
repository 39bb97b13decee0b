"""Joins the scores of all classifiers with the published ones, and summarises them."""

from pathlib import Path

import pandas as pd

from pathlode.ecg.columns import class_summary, macro_f1_summary, reconstruction_summary, with_missed
from pathlode.ecg.one_class import one_class_scores
from pathlode.ecg.results import (
    BeatScores,
    ComparedBeatScores,
    ComparedScoresWithoutRecord,
    PatientScores,
    PublishedBeatScores,
    ReconstructionErrors,
    ScoresWithoutRecord,
)
from pathlode.reporting.job import job
from pathlode.reporting.tables import write

with job(snakemake):
    files, tables, conditions = snakemake.input, snakemake.output, snakemake.params.conditions
    ours, published = BeatScores.load(*map(Path, files.scores)), PublishedBeatScores.load(Path(files.published))
    scores = pd.concat([ours.table, one_class_scores(ours.table), published.table], ignore_index=True)
    errors = ReconstructionErrors.load(*map(Path, files.errors))
    left_out = ScoresWithoutRecord.load(*map(Path, files.left_out)).table
    PatientScores.load(*map(Path, files.patients)).save(Path(tables.patients))
    ComparedBeatScores(with_missed(scores)).save(Path(tables.scores))
    ComparedScoresWithoutRecord(with_missed(left_out)).save(Path(tables.left_out))
    errors.save(Path(tables.errors))
    write(macro_f1_summary(scores, conditions), *tables.summary)
    write(class_summary(scores, conditions[0]), *tables.classes_summary)
    write(reconstruction_summary(errors.table, conditions), *tables.reconstruction_summary)
