"""Jobs of a run on this machine as forks of one process that has imported the libraries.

Most short jobs take less time than these imports. A job still has a process, an environment and an exit code of its own, and it
imports the package itself. Where this cannot be, jobs start as usual: on a cluster, in a conda environment or a container, and
on other systems than Linux, whose libraries do not allow it.

    python -P forks.py SOCKET    does what it is asked to, each in a fork and several at a time, until its input ends
"""

import atexit
import gc
import importlib
import json
import os
import runpy
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import traceback
import warnings
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn

from snakemake.script import PythonScript

LIBRARIES = ["torch", "pandas", "scipy.stats", "matplotlib.pyplot", "seaborn", "sklearn.ensemble", "xgboost", "zuko"]
LIBRARIES += ["dysts.flows"]
"""What many jobs import, and imports slowly."""
FEW = 3
"""So many jobs take no longer to import what each needs than all libraries take once."""
SERVING = "PATHLODE_FORKS"
"""Environment variable with the socket of a process that serves already."""
THREADS = [f"{name}_NUM_THREADS" for name in ("OMP", "GOTO", "OPENBLAS", "MKL", "NUMEXPR")]
"""Environment variables that Snakemake sets for the libraries of a job."""


def fork_jobs(workflow: Any) -> None:
    """Makes the jobs of a run forks, as soon as the libraries are imported.

    Args:
        workflow: Snakemake's, whose jobs are known.
    """
    if sys.platform != "linux" or workflow.non_local_exec:
        return
    address = os.environ.get(SERVING)
    if address is None:
        if len(list(workflow.dag.needrun_jobs())) <= FEW:
            return
        address = start()
    start_interpreter = PythonScript.execute_script

    def execute_script(script: Any, fname: str, edit: bool = False) -> None:
        own = script.conda_env or script.container_img or script.env_modules
        if own or not Path(address).exists():
            return start_interpreter(script, fname, edit)
        given = dict.fromkeys(THREADS, str(script.threads))
        if folder := script.resources.get("tmpdir"):
            given |= dict.fromkeys(("TMPDIR", "TMP", "TEMPDIR", "TEMP"), folder)
        returncode = ask(address, (1, 2), os.environ | given, fname)[0]
        if returncode:
            raise subprocess.CalledProcessError(returncode, fname)

    PythonScript.execute_script = execute_script


def start(*program: str | Path) -> str:
    """Starts a process that serves for as long as this one lives.

    Args:
        program: arguments of the interpreter, if not those of this module.

    Returns:
        The address of its socket, at which there is a file as soon as it serves.
    """
    folder = tempfile.mkdtemp(prefix="pathlode-")  # a short path: an address has at most a hundred letters
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    address = f"{folder}/forks"
    command = [sys.executable, "-P", *(program or [__file__]), address]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, env=os.environ | dict.fromkeys(THREADS, "1"))
    atexit.register(process.communicate)  # its input's end is its own
    return address


def ask(
    address: str, streams: Sequence[int], environment: Mapping[str, str], *command: str, folder: str | Path = ""
) -> tuple[int, int]:
    """Waits until a script has run in a fork.

    Args:
        address: of the socket.
        streams: the files that shall be standard output and standard error.
        environment: environment variables.
        command: the script's path, and its arguments.
        folder: the working directory, if not this process's.

    Returns:
        The exit code, negative as :mod:`subprocess` has it, and the most memory that the fork took in kB.
    """
    with socket.socket(socket.AF_UNIX) as visit:
        visit.connect(address)
        socket.send_fds(visit, [b"."], streams)
        request = {"folder": str(folder) or os.getcwd(), "environment": dict(environment), "command": command}
        visit.sendall(json.dumps(request).encode() + b"\n")
        returncode, kilobytes = json.loads(visit.makefile().readline() or f"[{-signal.SIGKILL}, 0]")
        return returncode, kilobytes


def serve(address: str) -> None:
    """Does what it is asked to, until the input ends."""
    with warnings.catch_warnings(action="ignore"):
        for name in LIBRARIES:
            with suppress(ImportError):  # an extra that is not installed
                importlib.import_module(name)
    gc.freeze()  # nothing that forks share is looked through for garbage
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # it is for the forks
    under_way: dict[int, tuple[int, socket.socket]] = {}
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(f"{address}-closed")
        door.listen(100)
        os.rename(f"{address}-closed", address)
        while sys.stdin not in (ready := select.select([door, sys.stdin, *under_way], [], [])[0]):
            for ended in under_way.keys() & set(ready):
                child, visit = under_way.pop(ended)
                os.close(ended)
                _, status, usage = os.wait4(child, 0)
                with visit, suppress(BrokenPipeError):  # of one who has gone
                    visit.sendall(json.dumps([os.waitstatus_to_exitcode(status), usage.ru_maxrss]).encode() + b"\n")
            if door in ready:
                visit, _ = door.accept()
                _, streams, *_ = socket.recv_fds(visit, 1, 2)
                request = json.loads(visit.makefile().readline())
                child = os.fork()
                if not child:
                    for each in (door, visit, *(other for _, other in under_way.values())):
                        each.close()
                    become(streams, **request)
                under_way[os.pidfd_open(child)] = child, visit
                for stream in streams:
                    os.close(stream)


def become(streams: Sequence[int], folder: str, environment: dict[str, str], command: Sequence[str]) -> NoReturn:
    """Becomes what would have been started with this environment."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for number, stream in enumerate(streams, 1):
        os.dup2(stream, number)
        os.close(stream)
    os.chdir(folder)
    sys.argv[:] = command
    if environment.get("OMP_NUM_THREADS", "1") != "1":  # libraries read it when they are imported
        importlib.import_module("threadpoolctl").threadpool_limits(int(environment["OMP_NUM_THREADS"]))
    paths = environment.get("PYTHONPATH", "")
    sys.path[:0] = [str(Path(command[0]).parent), *filter(None, paths.split(os.pathsep))]
    if paths != os.environ.get("PYTHONPATH", ""):
        sys.modules.pop("sitecustomize", None)
        with suppress(ImportError):
            importlib.import_module("sitecustomize")
    os.environ.clear()
    os.environ.update(environment)
    code: Any = None
    try:
        runpy.run_path(command[0], run_name="__main__")
    except SystemExit as end:
        code = end.code
    except BaseException:
        code = traceback.format_exc()
    if not isinstance(code, int | None):
        print(code, file=sys.stderr)
        code = 1
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code or 0)  # a usual end would take all that forks share apart, which copies it


if __name__ == "__main__":
    serve(sys.argv[1])
