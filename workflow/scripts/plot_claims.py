"""Draws all claims with their intervals."""

import pandas as pd

from pathlode.job import job
from pathlode.plots.comparisons import claims
from pathlode.plots.style import save

with job(snakemake):
    save(claims(pd.read_csv(snakemake.input.claims)), *snakemake.output)
