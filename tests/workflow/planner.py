"""Snakemake, imported once: every dry run is a fork of this process, which spares it the time of the imports.

Reads a request a line, `{"folder": ..., "arguments": [...]}`, and answers `{"returncode": ..., "output": ..., "kilobytes": ...}`,
the last of which is the most memory that was taken.
"""

import json
import os
import signal
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import snakemake.cli

snakemake.cli.get_argument_parser()  # imports the plugins, too


def plan(folder: Path, arguments: Sequence[str]) -> None:
    """Runs Snakemake in the folder of a copy of the project, and exits."""
    signal.alarm(600)
    os.chdir(folder)
    os.environ |= {"PYTHONPATH": str(folder / "src"), "XDG_CACHE_HOME": str(folder / "cache")}
    sys.path.insert(0, str(folder / "src"))
    snakemake.cli.main(["--dry-run", *arguments])


for line in sys.stdin:
    request = json.loads(line)
    with tempfile.TemporaryFile("w+") as output:
        child = os.fork()
        if not child:
            for stream in (1, 2):
                os.dup2(output.fileno(), stream)
            plan(Path(request["folder"]), request["arguments"])
            sys.exit()
        _, status, usage = os.wait4(child, 0)
        output.seek(0)
        answer = {
            "returncode": os.waitstatus_to_exitcode(status),
            "output": output.read(),
            "kilobytes": usage.ru_maxrss,
        }
    print(json.dumps(answer), flush=True)
