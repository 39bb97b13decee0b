"""Joins the scores of all rows, ranks them, and says which fail; and joins the scores of graphs."""

from pathlib import Path

from pathlode.reporting.claim_families import load_claims
from pathlode.reporting.job import job
from pathlode.reporting.tables import write
from pathlode.rivals.columns import (
    adequate_errors,
    charged,
    failures,
    graphs_summary,
    one_line_a_metric,
    rankings,
    rivals_summary,
)
from pathlode.rivals.results import GraphScores, Influences, RivalScores

with job(snakemake):
    files, tables = snakemake.input, snakemake.output
    scores = RivalScores.load(*map(Path, files.scores)).table[list(RivalScores.columns)]
    compared = charged(scores)
    failed = failures(scores, adequate_errors(load_claims(Path(files.claims)), "rivals_errors", compared))
    one_line_a_metric(scores).save(Path(tables.scores))
    RivalScores(compared).save(Path(tables.errors))
    rankings(scores).save(Path(tables.ranks))
    failed.save(Path(tables.failures))
    write(rivals_summary(scores, failed.table), *tables.summary)
    graphs = GraphScores.load(*map(Path, files.graphs))
    graphs.save(Path(tables.graphs))
    Influences.load(*map(Path, files.influences)).save(Path(tables.influences))
    write(graphs_summary(graphs.table), *tables.graphs_summary)
