"""Draws all claims with their intervals."""

from pathlib import Path

from pathlode.plots.claims import claims
from pathlode.plots.style import save_figure
from pathlode.reporting.decided_claims import DecidedClaims
from pathlode.reporting.job import job

with job(snakemake):
    save_figure(claims(DecidedClaims.load(Path(snakemake.input.claims)).table), *snakemake.output)
