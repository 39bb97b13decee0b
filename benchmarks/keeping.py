"""Outputs of a benchmark: its table, and its provenance."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd

from pathlode.files import writing
from pathlode.reporting.pages import insert
from pathlode.reporting.provenance import commit, packages, processor


def keep(table: pd.DataFrame, name: str) -> None:
    """Writes results/benchmarks/{name}.csv, and beside it as JSON: commit, versions of packages, processor, cores, when."""
    path = Path(f"results/benchmarks/{name}.csv")
    with writing(path) as temporary:
        table.to_csv(temporary, index=False, float_format="%.4g")
    made = {"commit": commit(), "packages": packages(), "device": processor(), "cores": os.cpu_count()}
    with writing(path.with_suffix(".json")) as temporary:
        temporary.write_text(json.dumps(made | {"ended": datetime.now(UTC).isoformat()}, indent=1))


def show(text: str, name: str, page: str) -> None:
    """Writes a text into the generated block of this name on a page."""
    path = Path(page)
    content = insert(path.read_text(), name, text, page)
    with writing(path) as temporary:
        temporary.write_text(content)
