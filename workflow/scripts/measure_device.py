"""Exports the first replicate's encoder, compares it with the model, and measures encoder and trees in a separate process."""

from pathlib import Path

import numpy as np
import pandas as pd
import torch

from pathlode.ecg.beats import Beats
from pathlode.ecg.conditions import Condition, millivolts
from pathlode.ecg.exported import DeviceCosts, Encoded, device_costs
from pathlode.models.export import export_encoder
from pathlode.models.saving import load_model
from pathlode.reporting.job import job

SINGLE = 200  # single beats that are timed

with job(snakemake) as origin:
    files, encoder = snakemake.input, Path(snakemake.output.encoder)
    beats, (model, _) = Beats.load(Path(files.beats)), load_model(Path(files.model))
    export_encoder(model, encoder, member=0, missing=False, origin=origin())
    alone, exported = model.member(0), torch.export.load(encoder).module()
    signals = millivolts(beats, np.arange(len(beats.classes)))
    encoded = {
        name: Encoded.by_both(alone, exported, signals, Condition(**settings), SINGLE)
        for name, settings in snakemake.params.conditions.items()
    }
    costs = device_costs(beats.source, encoder, Path(files.trees), encoded)
    DeviceCosts(pd.DataFrame(costs)).save(Path(snakemake.output.table))
