"""Exports the first replicate's encoder, compares it with the model, and measures encoder and trees in a separate process."""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch

from pathlode.core.series import TimeSeries
from pathlode.ecg import device
from pathlode.ecg.beats import Beats
from pathlode.ecg.conditions import Condition, millivolts
from pathlode.errors import DataError
from pathlode.models.export import export_encoder
from pathlode.models.latents import encode
from pathlode.models.saving import load_model
from pathlode.reporting.job import job

SINGLE = 200  # single beats that are timed

with job(snakemake) as origin:
    files, encoder = snakemake.input, snakemake.output.encoder
    beats, (model, _) = Beats.load(Path(files.beats)), load_model(Path(files.model))
    export_encoder(model, Path(encoder), member=0, missing=False, origin=origin())
    alone, exported = model.member(0), torch.export.load(encoder).module()
    signals = millivolts(beats, np.arange(len(beats.classes)))
    some = torch.linspace(0, len(signals) - 1, min(SINGLE, len(signals))).long()
    rows: list[dict[str, Any]] = []
    parts: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        for name, settings in snakemake.params.conditions.items():
            condition = Condition(**settings)
            times, values = condition.observe(signals, seed=0)
            started = time.perf_counter()
            z0 = encode(alone, TimeSeries(times, values, "beats"))[0]
            seconds = time.perf_counter() - started
            difference = (exported(times[some], values[some]) - z0[some]) / z0.std(dim=0)
            rows.append(
                {
                    "source": beats.source,
                    "condition": name,
                    "rate_hz": condition.rate,
                    "samples": times.shape[1],
                    "encoder_kb": Path(encoder).stat().st_size / 1e3,
                    "trees_kb": Path(files.trees).stat().st_size / 1e3,
                    "largest_difference_in_std": float(difference.abs().max()),
                    "beats": len(signals),
                    "encode_all_seconds": seconds,
                }
            )
            parts.append(f"{folder}/{len(parts)}.npz")
            np.savez(parts[-1], times=times[some].numpy(), values=values[some].numpy())
        command = [sys.executable, device.__file__, encoder, files.trees, *parts]
        done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        reason = (done.stderr.splitlines() or ["it was killed"])[-1]
        raise DataError(
            f"{files.trees} cannot be measured with the exported encoder ({reason}): delete it, then run again"
        )
    measured = json.loads(done.stdout)
    table = pd.concat([pd.DataFrame(rows), pd.DataFrame(measured)], axis=1)
    table.to_csv(snakemake.output.table, index=False, float_format="%.4g")
