"""Decides every claim of claims.yaml from the tables of this run."""

from pathlib import Path

import pandas as pd
import yaml

from pathlode.reporting.claim_entries import read_claims
from pathlode.reporting.claims import as_markdown, decide, for_print
from pathlode.reporting.decided_claims import DecidedClaims
from pathlode.reporting.job import job
from pathlode.reporting.tables import write

with job(snakemake):
    params, files = snakemake.params, snakemake.input
    tables = {name: pd.read_csv(path) for name, path in zip(params.tables, files.tables, strict=True)}
    claims = read_claims(yaml.safe_load(Path(files.claims).read_text()), files.claims)
    made = [claim for claim in claims if claim.target in params.chapters]
    table = decide(made, tables, params.confidence)
    DecidedClaims(table).save(Path(snakemake.output.csv))
    Path(snakemake.output.markdown).write_text(as_markdown(table))
    write(for_print(table), snakemake.output.latex, widths={"system": 0.12, "claim": 0.34})
