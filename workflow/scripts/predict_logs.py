"""Predicts the rest of held-out runs of one source with all models, and scores the predictions."""

from pathlib import Path

from pathlode.reporting.job import job
from pathlode.schedule.real_logs.trial import predict_logs

with job(snakemake):
    params, source = snakemake.params, snakemake.wildcards.log_source
    folder = Path(snakemake.input.list).with_suffix("")
    found = predict_logs(source, folder, params.settings, params.models, params.seen)
    found.save(Path(snakemake.output.forecasts))
