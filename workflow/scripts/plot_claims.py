"""Draws all claims with their intervals."""

import pandas as pd

from pathlode.plots.claims import claims
from pathlode.plots.style import save_figure
from pathlode.reporting.job import job

with job(snakemake):
    save_figure(claims(pd.read_csv(snakemake.input.claims)), *snakemake.output)
