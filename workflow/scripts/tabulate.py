"""Joins the scores and the tuning grids of all settings into one table each."""

import pandas as pd

from pathlode.job import job

with job(snakemake.log[0], snakemake.threads):
    for parts, table in (
        (snakemake.input.scores, snakemake.output.dynamics),
        (snakemake.input.tuning, snakemake.output.tuning),
    ):
        pd.concat(pd.read_csv(part) for part in parts).to_csv(table, index=False)
