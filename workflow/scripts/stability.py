"""Compares repeated runs, each with one thing changed, with the published run and with the run that they repeat."""

from pathlib import Path

import pandas as pd

from pathlode.reporting.agreement import read_published
from pathlode.reporting.decided_claims import DecidedClaims
from pathlode.reporting.job import job
from pathlode.reporting.stability import RepeatedCells, Stability, compare_repetition, count_changes, stability_page

with job(snakemake):
    params, files, made = snakemake.params, snakemake.input, snakemake.output
    references = {
        "published": read_published(Path(files.published)),
        "base": DecidedClaims.load(Path(files.base)).table,
    }
    cells, rows = [], []
    for variation, path in zip(params.variations, files.repeated, strict=True):
        repeated = DecidedClaims.load(Path(path)).table
        for against, reference in references.items():
            compared = compare_repetition(reference, repeated, variation, against)
            cells.append(compared)
            rows.append(count_changes(compared, variation, against, params.changed))
    every = pd.concat(cells, ignore_index=True)
    RepeatedCells(every).save(Path(made.cells))
    Stability(pd.DataFrame(rows)).save(Path(made.table))
    Path(made.page).write_text(stability_page(rows, every, params.variations))
