"""Tasks of SLURM's job arrays, mended.

The executor plugin (2.8.0) starts Snakemake for an array's first job in each of its tasks. That runs the task's own job, but
then looks for the first job's files: if they are late, it takes its own job for failed, and if its own fails, it deletes them.

Source: https://github.com/snakemake/snakemake-executor-plugin-slurm/issues/447.
"""

import base64
import json
import os
import sys
import zlib

OPTION = "--slurm-jobstep-array-execs="
"""What the plugin gives to all tasks alike: the commands of all but the first, by number."""


def become_own_job() -> None:
    """Replaces a Snakemake that the plugin started for an array's first job by that of the task's own; else does nothing."""
    for argument in sys.argv:
        if argument.startswith(OPTION):
            commands = json.loads(base64.b64decode(argument.removeprefix(OPTION)))
            command = commands.get(os.environ["SLURM_ARRAY_TASK_ID"])
            if command is not None:
                os.execvp("bash", ["bash", "-c", zlib.decompress(bytes.fromhex(command)).decode()])
