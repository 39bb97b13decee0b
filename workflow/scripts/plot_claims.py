"""Draws claims with their intervals, how verdicts settle, and the published verdicts beside those of this run."""

from pathlib import Path

from pathlode.plots.claims import agreement, claims, papers_claims
from pathlode.plots.settling import settling
from pathlode.plots.style import save_figure
from pathlode.reporting.agreement import Agreement
from pathlode.reporting.decided_claims import DecidedClaims, Settling
from pathlode.reporting.job import job

with job(snakemake):
    files, made = snakemake.input, snakemake.output
    decided = DecidedClaims.load(Path(files.claims)).table
    save_figure(papers_claims(decided), *made.claims)
    for chapter, *paths in zip(snakemake.params.chapters, made.pictures, made.prints, strict=True):
        save_figure(claims(decided[decided["target"] == chapter]), *paths)
    save_figure(settling(Settling.load(Path(files.settling)).table, decided), *made.settling)
    save_figure(agreement(Agreement.load(Path(files.agreement)).table), *made.agreement)
