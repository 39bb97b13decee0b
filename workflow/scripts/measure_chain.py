"""Writes the kept classifier as ONNX files, and measures the report's whole chain with each format at every sampling rate."""

from dataclasses import replace
from pathlib import Path

import pandas as pd
import torch

from pathlode.ecg.beat_model import BeatModel
from pathlode.ecg.chain import ChainCosts, chain_costs, write_formats
from pathlode.ecg.record_files import RecordFiles
from pathlode.ecg.recording.recordings import Recording
from pathlode.ecg.records import RATE
from pathlode.reporting.job import job

SINGLE = 200  # single beats that are timed

with job(snakemake):
    files, params, made = snakemake.input, snakemake.params, snakemake.output
    torch.set_num_threads(1)
    model, listed = BeatModel.load(Path(files.model)), RecordFiles.load(Path(files.records))
    name = next(name for name in listed.names if name in model.card.records["test"])
    (record,) = replace(listed, names=[name]).records()
    signal = record.microvolts[: round(params.seconds * RATE)]
    strides = [condition.get("stride", 1) for condition in params.conditions.values()]
    recordings = [Recording.of(signal[::stride], unit="uV", rate=RATE / stride) for stride in strides]
    formats = write_formats(model, Path(made.encoder).parent)
    rows = chain_costs(model, recordings, formats, SINGLE)
    table = pd.DataFrame(rows).assign(source=model.card.source, record=name)[list(ChainCosts.columns)]
    ChainCosts(table).save(Path(made.table))
