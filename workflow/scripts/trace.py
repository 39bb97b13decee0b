"""Collects the provenance of each file and the cost of each chapter from the records of the jobs."""

from pathlib import Path

from pathlode.reporting.job import job
from pathlode.reporting.job_record import JobRecord
from pathlode.reporting.records import by_chapter, by_file
from pathlode.reporting.tables import write

with job(snakemake):
    logs, chapters = Path(snakemake.params.logs), snakemake.params.chapters
    files = [
        file
        for rule in (*chapters, *snakemake.params.others)
        for pattern in (f"{rule}.json", f"{rule}/**/*.json")
        for file in logs.glob(pattern)
    ]
    records = [JobRecord.load(file) for file in files]
    made = [record for record in records if all(Path(output).exists() for output in record.outputs)]
    by_file(made).save(Path(snakemake.output.files))
    costs = by_chapter(made, chapters)
    costs.save(Path(snakemake.output.costs))
    write(costs.table, snakemake.output.markdown)
