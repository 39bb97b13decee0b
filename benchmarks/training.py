"""Cost of one training of the oscillator demo from start to end, for one model and for five models stacked.

Each training is a separate process on one core, like a job of the pipeline: it imports, simulates its data, and takes all steps
with SOAP, including validations. Rounds are interleaved. The table gives medians of elapsed seconds and of CPU seconds; the
latter hardly depend on other load on the machine.

    make bench    writes results/benchmarks/training.csv and the table of docs/costs.md
"""

import itertools
import json
import os
import subprocess
import sys
import time
from pathlib import Path

STACKS = {"one model": 1, "five models stacked": 5}
PARTS = ("imports", "simulation", "training")
ROUNDS = 3
LEARNING_RATE, WEIGHT = 0.03, 0.1  # as in step.py


def one(models: int) -> dict[str, float]:
    """Trains a stack in this process: seconds of each part, CPU seconds in total, and the number of steps."""
    moments = [time.perf_counter()]
    import torch  # here, because the imports are timed
    import yaml

    from pathlode.dynamics.simulation import SimulationConfig, simulate
    from pathlode.dynamics.systems.coupled_oscillator import CoupledOscillator
    from pathlode.training.experiment import Experiment

    moments.append(time.perf_counter())
    torch.set_num_threads(1)
    config = yaml.safe_load(Path("config/systems.yaml").read_text())["systems"]["coupled_oscillator"]
    data = simulate(CoupledOscillator(), SimulationConfig(**config["simulate"])).observed
    moments.append(time.perf_counter())
    experiment = Experiment(
        loss="path",
        weight=WEIGHT,
        learning_rate=LEARNING_RATE,
        seeds=range(models),
        sizes=config["sizes"],
        train=config["train"],
    )
    trainer = experiment.trainer(data)
    trainer.run()
    moments.append(time.perf_counter())
    taken = (later - earlier for earlier, later in itertools.pairwise(moments))
    return {**dict(zip(PARTS, taken, strict=True)), "processor": time.process_time(), "steps": trainer.config.steps}


def measured(models: int) -> dict[str, float]:
    """As :func:`one`, but in a separate process, with the seconds from its start to its end."""
    started = time.perf_counter()
    done = subprocess.run([sys.executable, __file__, str(models)], stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout) | {"models": models, "seconds": time.perf_counter() - started}


def main() -> None:
    """Times all and writes the table."""
    import pandas as pd  # here, because the timed processes do not need it
    from keeping import keep, show

    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})  # inherited by the timed processes
    rounds = [{"what": what} | measured(models) for _ in range(ROUNDS) for what, models in STACKS.items()]
    table = pd.DataFrame(rounds).groupby("what", sort=False).median().reset_index()
    table["seconds_per_model"] = table["seconds"] / table["models"]
    keep(table, "training")
    shown = ("seconds", "seconds_per_model", *PARTS, "processor")
    lines = [f"| {' | '.join(['', 'seconds', 'per model', *PARTS, 'on the processor'])} |", "| --- " * 7 + "|"]
    for row in table.to_dict("records"):
        cells = (f"{row[name]:.2g}" for name in shown)
        lines.append(f"| {row['steps']:.0f} steps, {row['what']} | {' | '.join(cells)} |")
    show("\n".join(lines), "training", "docs/costs.md")
    print(table.to_string(index=False, float_format="{:.3g}".format))


if __name__ == "__main__":
    if arguments := sys.argv[1:]:
        print(json.dumps(one(int(arguments[0]))))
    else:
        main()
