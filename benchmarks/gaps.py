"""What gaps and padding cost: a training step on incomplete series, beside the same step on complete ones.

All steps of an encoder have the same sizes, in single precision and one thread: a batch of 64 trajectories of 40 irregular
points and two features. Their rounds are interleaved, and the ratio is the median of the rounds' own ratios of CPU times. Every
trajectory but the first ends earlier where series are padded, and a tenth of the values are left out where values are missing.
Encoders that read which features are missing have an additional input for each feature, with complete series too.

    make bench    writes results/benchmarks/gaps.csv and the table of docs/costs.md
"""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
import torch
from keeping import keep, show
from step_versions import ROUNDS, ours

from pathlode import LatentODE, ModelConfig
from pathlode.core.shapes import Times, Values
from pathlode.core.solve import FixedStep
from pathlode.registry import ENCODERS

BATCH, POINTS, FEATURES = 64, 40, 2


@dataclass(frozen=True)
class Batch:
    """Times (batch, time) and values (batch, time, feature), NaN where there are none."""

    times: Times
    values: Values


def complete() -> Batch:
    """Irregular times, and values at all of them."""
    generator = torch.Generator().manual_seed(0)
    times = torch.rand(BATCH, POINTS, generator=generator).sort(dim=1).values * 10
    return Batch(times, torch.randn(BATCH, POINTS, FEATURES, generator=generator))


def padded_ends(batch: Batch) -> Batch:
    """The same series, of which all but the first end earlier, after half of their points at the earliest."""
    places = torch.arange(POINTS)
    lengths = torch.linspace(POINTS, POINTS // 2, BATCH).round()
    present = places < lengths[:, None]
    return Batch(batch.times.where(present, torch.nan), batch.values.where(present[..., None], torch.nan))


def missing_values(batch: Batch) -> Batch:
    """The same series without a tenth of their values; the first time keeps all."""
    kept = torch.rand(batch.values.shape, generator=torch.Generator().manual_seed(1)) > 0.1
    kept[:, 0] = True
    return Batch(batch.times, batch.values.where(kept, torch.nan))


def steps(encoder: str, gaps: bool, batches: list[Batch]) -> list[Callable[[], None]]:
    """A training step on each batch, of models with the same weights."""
    config = ModelConfig(features=FEATURES, encoder=encoder, encoder_hidden=32, gaps=gaps)
    made = []
    for batch in batches:
        model = LatentODE(config)
        made.append(ours(model, batch.times, batch.values, FixedStep("tsit5", 6)))
    return made


def paired(first: Callable[[], None], second: Callable[[], None]) -> tuple[float, float]:
    """Median CPU milliseconds of the first, and the median ratio of the second to it."""
    taken = np.empty((4 * ROUNDS, 2))
    first()
    second()
    for row in taken:
        for place, step in enumerate((first, second)):
            started = time.process_time()
            step()
            row[place] = time.process_time() - started
    return 1e3 * float(np.median(taken[:, 0])), float(np.median(taken[:, 1] / taken[:, 0]))


def main() -> None:
    """Times all encoders and writes the table."""
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    torch.set_num_threads(1)
    whole, rows = complete(), []
    for encoder in ENCODERS:
        milliseconds, padding = paired(*steps(encoder, False, [whole, padded_ends(whole)]))
        _, missing = paired(*steps(encoder, True, [whole, missing_values(whole)]))
        rows.append({"encoder": encoder, "ms": milliseconds, "padded": padding, "missing": missing})
    table = pd.DataFrame(rows)
    keep(table, "gaps")
    shown = table.set_axis(
        ["encoder", "complete (CPU ms)", "padded, times that", "values missing, times complete"], axis=1
    )
    print(shown.to_string(index=False))
    show(shown.to_markdown(index=False, floatfmt=".3g"), "gaps", "docs/costs.md")


if __name__ == "__main__":
    main()
