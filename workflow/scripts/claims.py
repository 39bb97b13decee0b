"""Decides every claim of claims.yaml from the tables of this run."""

from pathlib import Path

import pandas as pd
import yaml

from pathlode.reporting.claim_entries import read_claims
from pathlode.reporting.claims import as_markdown, decide, for_print
from pathlode.reporting.job import job
from pathlode.reporting.tables import write

with job(snakemake):
    claims = read_claims(yaml.safe_load(Path(snakemake.input.claims).read_text()), snakemake.input.claims)
    tables = {Path(path).stem: pd.read_csv(path) for path in snakemake.input.tables}
    made = [claim for claim in claims if claim.target in snakemake.params.chapters]
    table = decide(made, tables, snakemake.params.confidence)
    table.to_csv(snakemake.output.csv, index=False)
    Path(snakemake.output.markdown).write_text(as_markdown(table))
    write(for_print(table), snakemake.output.latex, widths={"system": 0.12, "claim": 0.34})
