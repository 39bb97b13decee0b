"""Writes a real table with gaps, resources/vowels.csv: spoken Japanese vowels, a tenth of whose values are left out.

Run it in the project's folder: python examples/vowels.py
"""

from pathlib import Path

import numpy as np
import pandas as pd
import yaml

from pathlode.download import checksums, fetch
from pathlode.real.vowels import Vowels

COEFFICIENTS, GAPS = 3, 0.1

mirrors = yaml.safe_load(Path("config/real.yaml").read_text())["real"]["mirrors"][Vowels.folder]
listed = checksums(Path(f"config/checksums/{Vowels.folder}.sha256"))
files = [Path("resources", Vowels.folder, name) for name in Vowels.files]
for file in files:
    if not file.exists():
        fetch(file, mirrors, listed)
vowels = Vowels().read(files, source="public").measured
values = vowels.values[:, :COEFFICIENTS].astype(float)
values[np.random.default_rng(0).random(values.shape) < GAPS] = np.nan
table = pd.DataFrame(values, columns=[f"c{number}" for number in range(1, COEFFICIENTS + 1)])
table.insert(0, "utterance", vowels.names[vowels.owner])
table.insert(1, "frame", vowels.times)
table.dropna(how="all", subset=table.columns[2:]).to_csv("resources/vowels.csv", index=False)
