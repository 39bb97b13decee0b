"""Reads and checks the files of a data set, and counts what is in them."""

from pathlib import Path

import numpy as np
import pandas as pd

from pathlode.real.physionet import read_stays
from pathlode.real.results import DataCounts
from pathlode.real.vowels import read_vowels
from pathlode.reporting.job import job

with job(snakemake):
    params, extra = snakemake.params, {}
    first, second = map(Path, snakemake.input.files)
    if params.interval is None:
        measured = read_vowels(first, second, params.source)
    else:
        stays = read_stays(first, second, params.source, params.interval)
        measured = stays.measured
        extra = {name: getattr(stays, name) for name in ("repeated", "implausible", "unknown", "empty")}
    measured.save(Path(snakemake.output.series))
    number = np.isfinite(measured.values).sum()
    facts = {"data": measured.data, "source": measured.source, "series": len(measured.counts),
             "features": len(measured.features), "values": number, "missing": 1 - number / measured.values.size}  # fmt: skip
    counts = dict.fromkeys(("repeated", "implausible", "unknown", "empty"), 0) | extra
    DataCounts(pd.DataFrame([facts | counts])).save(Path(snakemake.output.counts))
