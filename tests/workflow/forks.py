"""Snakemake as a fork of a process that has imported it, too, whose jobs are forks of the same process.

python forks.py serve SOCKET              as workflow/forks.py
python forks.py run SOCKET <arguments>    has Snakemake run with these arguments, in this folder and environment
python forks.py snakemake <arguments>     is what runs in the fork
"""

import importlib
import os
import signal
import sys
from pathlib import Path
from runpy import run_path

FORKS = run_path(str(Path(__file__).parents[2] / "workflow/forks.py"))  # not imported: each run has its own `workflow`

TIME_LIMIT = 900
"""Seconds after which a run ends as one that hangs: the longest one, of everything at smoke scale, takes a few minutes."""
LATE = ["jsonschema", "smart_open"]
"""What Snakemake imports only in a run."""


def run(
    address: str, streams: tuple[int, int], environment: dict[str, str], *arguments: str, folder=""
) -> tuple[int, int]:
    """The exit code of a run of Snakemake, in this folder or another, and the most memory that it took in kB."""
    serving = {FORKS["SERVING"]: address}
    return FORKS["ask"](address, streams, environment | serving, __file__, "snakemake", *arguments, folder=folder)


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["serve", address]:
            importlib.import_module("snakemake.cli").get_argument_parser()  # imports the plugins, too
            for name in LATE:
                importlib.import_module(name)
            FORKS["serve"](address)
        case ["run", address, *arguments]:
            sys.exit(run(address, (1, 2), dict(os.environ), *arguments)[0])
        case ["snakemake", *arguments]:
            signal.alarm(TIME_LIMIT)
            sys.argv[:] = ["snakemake", *arguments]
            importlib.import_module("snakemake.cli").main(arguments)
