"""Snakemake as a fork of a process that has imported it, too, whose jobs are forks of the same process.

python forks.py serve SOCKET              as workflow/forks.py
python forks.py run SOCKET <arguments>    has Snakemake run with these arguments, in this folder and environment
python forks.py snakemake <arguments>     is what runs in the fork
python forks.py session <arguments>       the same in a session of its own, with the process of which its jobs are forks
"""

import atexit
import importlib
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from runpy import run_path

FORKS = run_path(str(Path(__file__).parents[2] / "workflow/forks.py"))  # not imported: each run has its own `workflow`

TIME_LIMIT = 900
"""Seconds after which a run ends as one that hangs: the longest one, of everything at smoke scale, takes a few minutes."""
LATE = ["jsonschema", "smart_open"]
"""What Snakemake imports only in a run."""


def run(
    address: str, streams: tuple[int, int], environment: dict[str, str], *arguments: str, folder="", own_session=False
) -> tuple[int, int]:
    """The exit code of a run of Snakemake, in this folder or another, and the most memory that it took in kB."""
    serving, what = {FORKS["SERVING"]: address}, "session" if own_session else "snakemake"
    return FORKS["ask"](address, streams, environment | serving, __file__, what, *arguments, folder=folder)


def snakemake(arguments: Sequence[str]) -> None:
    signal.alarm(TIME_LIMIT)
    sys.argv[:] = ["snakemake", *arguments]
    importlib.import_module("snakemake.cli").main(arguments)


def served_by_a_fork() -> str:
    """The address of a fork of this process, which serves for as long as this one lives."""
    folder, (end, kept) = tempfile.mkdtemp(prefix="pathlode-"), os.pipe()
    address = f"{folder}/forks"
    if os.fork():
        os.close(end)
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        return address
    os.dup2(end, 0)
    os.close(kept)
    FORKS["serve"](address)
    os._exit(0)


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
            snakemake(arguments)
        case ["session", *arguments]:
            os.setsid()
            os.environ[FORKS["SERVING"]] = served_by_a_fork()
            snakemake(arguments)
