"""Invented logs in the forms of the real ones, for tests and for trying the pipeline. Results on them say nothing."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from pathlode.schedule.algoperf_logs import HYPERPARAMETERS, MEASUREMENTS, STEP_HINTS
from pathlode.schedule.real_logs.algoperf import TRIALS, WORKLOAD_METRICS

PEAKS = (0.001, 0.002, 0.001, 0.005, 0.003)
"""Peak rates of the trials."""
ROWS = 20
"""Measurements of a run."""


def invent(source: str, folder: Path, settings: Mapping[str, Any]) -> list[Path]:
    """Writes the logs that the settings of a source name, see the configuration."""
    if source == "algoperf":
        return invent_algoperf(folder, settings["workloads"], range(settings["studies"]))
    names = [*settings["past"], *(name for members in settings["held_out"].values() for name in members)]
    return invent_multipowerlaw(folder, settings["sizes"], names)


def invent_multipowerlaw(folder: Path, sizes: Sequence[int], names: Sequence[str]) -> list[Path]:
    """Writes runs of language models whose loss is a power law of the sum of the rates, with a gain when the rate falls.

    A run is constant, if its name says so, or else falls like half a cosine.

    Args:
        folder: folder to write to.
        sizes: millions of parameters.
        names: names of the runs.
    """
    files = []
    for size in sizes:
        for name in names:
            steps = np.linspace(2_000.0, 24_000.0, 40).round()
            rates = (
                3e-4 * np.ones(40) if name.startswith("constant") else 1.5e-4 * (1.1 + np.cos(np.pi * steps / 24_000))
            )
            losses = 2.5 + 3 / size + 0.6 * np.cumsum(rates / 3e-3) ** -0.5 - 500 * (3e-4 - rates)
            files.append(folder / f"csv_{size}" / f"{name}.csv")
            files[-1].parent.mkdir(parents=True, exist_ok=True)
            pd.DataFrame({"step": steps, "lr": rates, "loss": losses}).to_csv(files[-1], index=False)
    return files


def invent_algoperf(folder: Path, workloads: Sequence[str], studies: Sequence[int]) -> list[Path]:
    """Writes runs of workloads whose loss falls exponentially, with noise.

    Args:
        folder: folder to write to.
        workloads: names of workloads.
        studies: numbers of the studies.
    """
    rng = np.random.default_rng(0)
    files = []
    for workload in workloads:
        metric, best = WORKLOAD_METRICS[workload]
        for study in studies:
            for trial, peak in zip(TRIALS, PEAKS, strict=True):
                steps = np.linspace(1, 0.95 * STEP_HINTS[workload], ROWS).round().astype(int)
                parts = steps / steps[-1]
                losses = (0.2 + 0.1 * rng.random() + 0.5 * np.exp(-4 * parts)) * np.exp(
                    0.01 * rng.standard_normal(ROWS)
                )
                values = losses if best is None else best * (1 - losses)
                place = folder / f"study_{study}" / f"{workload}_jax" / f"trial_{trial}"
                place.mkdir(parents=True, exist_ok=True)
                pd.DataFrame({"global_step": steps, metric: values}).to_csv(place / MEASUREMENTS, index=False)
                settings = {"learning_rate": peak, "warmup_factor": 0.05}
                (place / HYPERPARAMETERS).write_text(json.dumps(settings))
                files += [place / MEASUREMENTS, place / HYPERPARAMETERS]
    return files
