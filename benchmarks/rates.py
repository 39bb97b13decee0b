"""Which learning rate and weight decay suit a number of simulations: the trial behind `inference.budgets`.

A flow of zuko is fitted to each summary without a network, at a replicate of its own, for each pair of rate and decay. The
log-probability of the validation is compared.

    PYTHONPATH=. .venv/bin/python benchmarks/rates.py 1000    writes results/benchmarks/rates_1000.csv
"""

import argparse
from itertools import product
from pathlib import Path
from typing import Any

import pandas as pd
import torch
import yaml
from keeping import keep

from pathlode.inference.box import Box
from pathlode.inference.designs import ObservationConfig
from pathlode.inference.flows.settings import FlowConfig
from pathlode.inference.summaries import Summary
from pathlode.registry import FLOWS, SYSTEMS
from workflow.configuration.summaries import flow_settings, summary_settings

RATES = (0.003, 0.01, 0.02)
SUMMARIES = ("series", "statistics")


def trial(size: int, name: str, replicate: int, decays: list[float]) -> list[dict[str, Any]]:
    """One row per rate and decay: best validation, its step, the last step and CPU seconds."""
    inference, systems = (
        yaml.safe_load(Path(f"config/{part}.yaml").read_text())[part] for part in ("inference", "systems")
    )
    drawn = systems[inference["system"]]
    system = SYSTEMS[drawn["system"]]()
    design = ObservationConfig(**{key: drawn["simulate"][key] for key in ("points", "window", "noise")})
    pairs = design.simulate(system, size, replicate, 4)
    observed = Summary(**summary_settings(inference, name))(pairs.observed, replicate)
    prior, rows = Box(torch.tensor(system.low), torch.tensor(system.high)), []
    for rate, decay in product(RATES, decays):
        own = {"learning_rate": rate, "weight_decay": decay}
        config = FlowConfig(**flow_settings(inference, name, size) | own)
        flow = FLOWS["zuko"](prior, observed.shape[-1], config, replicate)
        history = flow.fit(pairs.parameters.float(), observed)
        step, _, best = max(history, key=lambda row: row[2])
        facts = {"simulations": size, "summary": name, "replicate": replicate}
        rows.append(facts | own | {"best": best, "step": step, "last": history[-1][0], "seconds": flow.seconds})
        print(rows[-1], flush=True)
    return rows


parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
parser.add_argument("simulations", type=int)
parser.add_argument("--replicates", type=int, nargs="+", default=[900, 901])
parser.add_argument(
    "--decays", type=float, nargs="+", help="by default a third of, once and three times 3000 / simulations"
)
given = parser.parse_args()
tried = given.decays or [share * 3000 / given.simulations for share in (1 / 3, 1, 3)]
found = [
    row
    for name, replicate in product(SUMMARIES, given.replicates)
    for row in trial(given.simulations, name, replicate, tried)
]
keep(pd.DataFrame(found), f"rates_{given.simulations}")
