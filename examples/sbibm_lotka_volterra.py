"""Draws from the posteriors of sbibm's Lotka-Volterra task, for its ten observations, with a number of simulations.

Run it in the project's folder, once the task's files are there:
pip install --no-deps sbibm
python examples/sbibm_lotka_volterra.py 10000

An interrupted training goes on from its checkpoint when the same command is given again.
"""

import argparse
from pathlib import Path

import pandas as pd

from pathlode import infer
from pathlode.inference.flows.settings import FlowConfig
from pathlode.inference.sbibm_task import (
    TASK_OBSERVATIONS,
    TASK_PARAMETERS,
    simulate_task,
    task_log_likelihood,
    task_observation,
    task_prior,
)
from pathlode.inference.sharpening import sharpened

parser = argparse.ArgumentParser()
parser.add_argument("simulations", type=int)
parser.add_argument("--draws", type=int, default=10_000)
parser.add_argument("--steps", type=int, help="by default 3000, and more for more than 30,000 simulations")
parser.add_argument(
    "--sharpen", action="store_true", help="also weigh the draws by the likelihood, which costs most of the time"
)
parser.add_argument("--folder", type=Path, default=Path("results/inference/sbibm"))
given = parser.parse_args()

folder = given.folder / str(given.simulations)
folder.mkdir(parents=True, exist_ok=True)
config = FlowConfig(
    steps=given.steps or max(3000, given.simulations // 10),
    epochs=300,
    learning_rate=0.01,
    warmup=0.1,
    weight_decay=min(1.0, 1000 / given.simulations),  # chosen by the validation of 1,000 simulations
    affine=1,
    transforms=3,
    autoregressive=True,
)
observed = {number: task_observation(number) for number in range(1, TASK_OBSERVATIONS + 1)}
posterior = infer(
    simulate_task,
    task_prior(),
    summary=lambda x: x.log(),
    simulations=given.simulations,
    config=config,
    names=TASK_PARAMETERS,
    kept=folder / "training.pt",
)
tables = []
for number, x in observed.items():
    draws = posterior.sample(x, given.draws, seed=number)[:, 0]
    tables.append(pd.DataFrame(draws, columns=list(TASK_PARAMETERS)).assign(observation=number))
    if given.sharpen:
        exact = sharpened(posterior, x, lambda theta, x=x: task_log_likelihood(theta, x), given.draws, seed=number)
        share = exact.effective / given.draws
        print(f"observation {number}: {share:.1%} of the draws are effective in importance sampling")
pd.concat(tables).set_index("observation").to_csv(folder / "samples.csv")
