"""Decides every claim of claims.yaml from the tables of this run, and compares the verdicts with the published ones."""

import logging
from pathlib import Path

from pathlode.reporting.agreement import as_page, compare_runs, read_published, sentence
from pathlode.reporting.claim_families import load_claims
from pathlode.reporting.claim_tables import as_markdown, for_print
from pathlode.reporting.claims import decide, false_verdicts, settle
from pathlode.reporting.decided_claims import FalseVerdicts
from pathlode.reporting.job import job
from pathlode.reporting.looks import Looks
from pathlode.reporting.tables import load_tables, write

with job(snakemake):
    params, files, made = snakemake.params, snakemake.input, snakemake.output
    tables = load_tables(params.tables, files.tables)
    claims = [claim for claim in load_claims(Path(files.claims)) if claim.target in params.chapters]
    looks = Looks(tuple(params.looks), round(1 - params.confidence, 9))
    decided = decide(claims, tables, looks, params.scale)
    decided.save(Path(made.csv))
    Path(made.markdown).write_text(as_markdown(decided.table))
    write(for_print(decided.table), made.latex, widths={"where": 0.12, "claim": 0.3})
    settle(claims, tables, looks).save(Path(made.settling))
    control = false_verdicts(decided.table, looks.error)
    FalseVerdicts(control).save(Path(made.control))
    agreement = compare_runs(read_published(Path(files.published)), decided.table)
    agreement.save(Path(made.agreement))
    Path(made.page).write_text(as_page(agreement.table, control))
    logging.info("%s", sentence(agreement.table))
