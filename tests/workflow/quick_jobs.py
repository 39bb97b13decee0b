"""Snakemake, whose jobs are forks of one process that has imported the libraries: imports are most of what a small job costs.

A job still runs its whole script in a process of its own, and imports what it uses of the package.

    python quick_jobs.py <arguments of Snakemake>
"""

import multiprocessing
import runpy
import subprocess
import sys
from multiprocessing.connection import wait
from threading import Lock

import snakemake.cli
from snakemake.script import PythonScript

LIBRARIES = ["torch", "pandas", "scipy.stats", "matplotlib.pyplot", "seaborn", "sklearn.ensemble", "xgboost", "zuko"]
"""What many jobs import and imports slowly."""

FORKS = multiprocessing.get_context("forkserver")

LOCK = Lock()
"""A start also reads the exit codes of other jobs, and a code can be read only once: no two threads of Snakemake may do so at a time."""


def execute_script(self: PythonScript, fname: str, edit: bool = False) -> None:
    """Runs a job's script to its end, with which Snakemake's own method starts an interpreter."""
    job = FORKS.Process(target=runpy.run_path, args=(str(fname), None, "__main__"))
    with LOCK:
        job.start()
    wait([job.sentinel])
    with LOCK:
        job.join()
    if job.exitcode:
        raise subprocess.CalledProcessError(job.exitcode, str(fname))


if __name__ == "__main__":
    del __file__  # lest every job imports this module
    FORKS.set_forkserver_preload(["snakemake.cli", *LIBRARIES])
    PythonScript.execute_script = execute_script
    snakemake.cli.main(sys.argv[1:])
