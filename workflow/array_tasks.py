"""Fixes for SLURM's job arrays.

In each task of an array, the executor plugin (2.8.0) starts Snakemake for the array's first job. This process runs the task's
own job, but then looks for the first job's files. If they are late, it marks its own job as failed; if its own job fails, it
deletes them.

Source: https://github.com/snakemake/snakemake-executor-plugin-slurm/issues/447.
"""

import base64
import json
import os
import sys
import zlib
from typing import Any

OPTION = "--slurm-jobstep-array-execs="
"""Argument that the plugin passes to all tasks: the commands of all tasks but the first, by number."""


def become_own_job() -> None:
    """Replaces a Snakemake process that the plugin started for an array's first job by one for the task's own job."""
    for argument in sys.argv:
        if argument.startswith(OPTION):
            commands = json.loads(base64.b64decode(argument.removeprefix(OPTION)))
            command = commands.get(os.environ["SLURM_ARRAY_TASK_ID"])
            if command is not None:
                os.execvp("bash", ["bash", "-c", zlib.decompress(bytes.fromhex(command)).decode()])


def start_jobs_at_once(workflow: Any) -> None:
    """Lifts Snakemake's limit on jobs per second, which nothing here reaches.

    With a limit, Snakemake 9.27 looks for jobs to start once a second for every job that ever ended, and delays arrays:
    https://github.com/snakemake/snakemake/issues/2967.
    """
    workflow.scheduler.job_rate_limiter = None
