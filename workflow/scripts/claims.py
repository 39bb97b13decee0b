"""Decides every claim of claims.yaml from the tables of this run."""

from pathlib import Path

import pandas as pd
import yaml

from pathlode.claims import as_markdown, decide, read_claims
from pathlode.job import job

with job(snakemake.log[0], snakemake.threads):
    claims = read_claims(yaml.safe_load(Path(snakemake.input.claims).read_text()), snakemake.input.claims)
    tables = {
        Path(path).stem: pd.read_csv(path, keep_default_na=False, na_values=[""]) for path in snakemake.input.tables
    }
    table = decide(claims, tables, snakemake.params.confidence)
    table.to_csv(snakemake.output.csv, index=False)
    Path(snakemake.output.markdown).write_text(as_markdown(table))
