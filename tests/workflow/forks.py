"""Snakemake and its jobs as forks of one process that has imported the libraries: imports are most of what a short run costs.

A run and each of its jobs still have a process of their own, and import what they use of the copy of the project that they are of.

    python forks.py serve SOCKET              does what it is asked to, until its input ends
    python forks.py run SOCKET <arguments>    has Snakemake run with these arguments, in this folder and environment
"""

import atexit
import gc
import importlib
import json
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
import warnings
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

LIBRARIES = ["torch", "pandas", "scipy.stats", "matplotlib.pyplot", "seaborn", "sklearn.ensemble", "xgboost", "zuko"]
LIBRARIES += ["dysts.flows"]
"""What many jobs or all runs import, and imports slowly."""

TIME_LIMIT = 900
"""Seconds after which a fork ends as one that hangs: the longest run, of everything at smoke scale, takes a few minutes."""


def ask(address: str, streams: Sequence[int], **request: Any) -> dict[str, Any]:
    """Waits until the process that serves has done something.

    Args:
        address: of its socket, a file.
        streams: the files that shall be standard output and standard error.
        request: `folder` and `environment`, with `arguments` for Snakemake or the `script` of a job.

    Returns:
        `returncode`, and `kilobytes`, the most memory that it took.
    """
    with socket.socket(socket.AF_UNIX) as visit:
        visit.connect(address)
        socket.send_fds(visit, [b"."], streams)
        visit.sendall(json.dumps(request).encode() + b"\n")
        return json.loads(visit.makefile().readline())


def serve(address: str) -> None:
    """Does what it is asked to, each in a fork, and several at a time."""
    importlib.import_module("snakemake.cli").get_argument_parser()  # imports the plugins, too
    with warnings.catch_warnings(action="ignore"):
        for name in LIBRARIES:
            importlib.import_module(name)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for those that answer
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(address)
        door.listen(100)
        print("ready", flush=True)
        while sys.stdin not in select.select([door, sys.stdin], [], [])[0]:
            visit, _ = door.accept()
            with visit:
                if not os.fork():
                    door.close()
                    answer(visit, address)


def answer(visit: socket.socket, address: str) -> None:
    """Does what one visitor asks in a fork, and says how it ended."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    _, streams, *_ = socket.recv_fds(visit, 1, 2)
    request = json.loads(visit.makefile().readline())
    child = os.fork()
    if not child:
        visit.close()
        do(address, streams, **request)
    _, status, usage = os.wait4(child, 0)
    told = {"returncode": os.waitstatus_to_exitcode(status), "kilobytes": usage.ru_maxrss}
    visit.sendall(json.dumps(told).encode() + b"\n")
    os._exit(0)


def do(
    address: str,
    streams: Sequence[int],
    folder: str,
    environment: dict[str, str],
    arguments: Sequence[str] = (),
    script: str | None = None,
) -> None:
    """Becomes what would have been started with this environment, and exits."""
    signal.alarm(TIME_LIMIT)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for number, stream in enumerate(streams, 1):
        os.dup2(stream, number)
        os.close(stream)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.path[:1] = filter(None, environment.get("PYTHONPATH", "").split(os.pathsep))  # for the folder of this file
    sys.modules.pop("sitecustomize", None)
    with suppress(ImportError):
        importlib.import_module("sitecustomize")
    atexit.register(gc.freeze)  # else the end collects garbage among all objects of the libraries
    if script is None:
        run_snakemake(address, arguments)
    else:
        runpy.run_path(script, run_name="__main__")
    sys.exit()


def run_snakemake(address: str, arguments: Sequence[str]) -> None:
    """Runs Snakemake, which asks for its jobs in place of starting an interpreter for each."""
    from snakemake.cli import main
    from snakemake.script import PythonScript

    def execute_script(self: PythonScript, fname: str, edit: bool = False) -> None:
        job = ask(address, (1, 2), folder=os.getcwd(), environment=dict(os.environ), script=str(fname))
        if job["returncode"]:
            raise subprocess.CalledProcessError(job["returncode"], str(fname))

    PythonScript.execute_script = execute_script
    sys.argv[:] = ["snakemake", *arguments]
    main(arguments)


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["serve", address]:
            serve(address)
        case ["run", address, *arguments]:
            done = ask(address, (1, 2), folder=os.getcwd(), environment=dict(os.environ), arguments=arguments)
            sys.exit(done["returncode"])
