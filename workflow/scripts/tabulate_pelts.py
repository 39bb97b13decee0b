"""Tabulates the posteriors of lynx and hare, with Stan's published ones, and compares flows with Markov chains."""

from pathlib import Path

import pandas as pd

from pathlode.real.hudson_bay import read_pelts
from pathlode.real.lynx_hare import LynxHare
from pathlode.real.pelt_posteriors import pelt_scores
from pathlode.real.pelt_results import PeltPosteriors, PeltScores, PeltTable, PublishedPelts
from pathlode.reporting.job import job

with job(snakemake):
    files, tables = snakemake.input, snakemake.output
    exact, pelts = PeltPosteriors.load(Path(files.exact)), read_pelts(Path(files.pelts))
    every = [*(PeltPosteriors.load(Path(path)) for path in files.flows), exact]
    published = PublishedPelts.load(Path(files.published)).table
    rows = pd.concat([*(own.table(LynxHare.parameters) for own in every), published], ignore_index=True)
    PeltTable(rows[list(PeltTable.columns)]).save(Path(tables.posteriors))
    scores = pd.concat([pelt_scores(own, exact, pelts, "hudson_bay") for own in every], ignore_index=True)
    PeltScores(scores).save(Path(tables.scores))
