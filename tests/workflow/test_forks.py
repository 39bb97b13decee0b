"""Jobs as forks of one process."""

import json
import os
from pathlib import Path
from subprocess import CalledProcessError
from types import SimpleNamespace

import pytest
from snakemake.script import PythonScript
from workflow_checkout import captured, forks

from workflow.forks import FEW, SERVING, ask, fork_jobs

WRITE = """
import json, os, sys
import threadpoolctl
threads = {pool["num_threads"] for pool in threadpoolctl.threadpool_info()}
found = [sys.argv[1:], os.getcwd(), os.environ["TMPDIR"], sorted(threads), "torch" in sys.modules, "pathlode" in sys.modules]
open("found.json", "w").write(json.dumps(found))
"""


@pytest.fixture
def script(tmp_path):
    """Snakemake's object for the script of a job without an environment of its own."""
    file = tmp_path / "script.py"
    file.write_text(WRITE)
    resources = {"tmpdir": str(tmp_path / "temporary")}
    none = dict.fromkeys(("conda_env", "container_img", "env_modules"))
    return SimpleNamespace(file=str(file), threads=2, resources=resources, **none)


@pytest.fixture
def started(monkeypatch):
    """The scripts that start as usual."""
    files = []
    monkeypatch.setattr(PythonScript, "execute_script", lambda script, file, edit=False: files.append(file))
    monkeypatch.setenv(SERVING, forks())
    return files


def run(code, tmp_path):
    file = tmp_path / "script.py"
    file.write_text(f"import os, sys\n{code}")
    return captured("script", lambda streams: ask(forks(), streams, os.environ, str(file)))[0]


@pytest.mark.parametrize(
    ("code", "returncode", "last"),
    [
        ("sys.exit()", 0, ""),
        ("sys.exit(3)", 3, ""),
        ("sys.exit('why')", 1, "why"),
        ("raise ValueError('why')", 1, "ValueError: why"),
        ("import atexit; atexit.register(print, 'at its end', file=sys.stderr)", 0, "at its end"),
        ("os.kill(os.getpid(), 9)", -9, ""),
    ],
)
def test_a_fork_ends_as_a_process_of_its_own(code, returncode, last, tmp_path):
    done = run(f"print('begun', flush=True)\n{code}", tmp_path)
    assert (done.returncode, done.stdout) == (returncode, "begun\n")
    assert done.stderr.strip().rpartition("\n")[2] == last


def test_a_job_has_its_folder_environment_and_threads_and_the_imported_libraries(
    started, script, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    fork_jobs(SimpleNamespace(non_local_exec=False))
    PythonScript.execute_script(script, script.file)
    found = json.loads((tmp_path / "found.json").read_text())
    assert found == [[], str(tmp_path), str(tmp_path / "temporary"), [2], True, False]
    assert started == []


def test_a_job_that_fails_is_reported(started, script):
    Path(script.file).write_text("import sys\nsys.exit(2)")
    fork_jobs(SimpleNamespace(non_local_exec=False))
    with pytest.raises(CalledProcessError) as failed:
        PythonScript.execute_script(script, script.file)
    assert failed.value.returncode == 2


@pytest.mark.parametrize("own", ["conda_env", "container_img", "env_modules"])
def test_a_job_with_an_environment_of_its_own_starts_as_usual(own, started, script):
    setattr(script, own, "its name")
    fork_jobs(SimpleNamespace(non_local_exec=False))
    PythonScript.execute_script(script, script.file)
    assert started == [script.file]


def test_jobs_start_as_usual_until_the_libraries_are_imported(started, script, tmp_path, monkeypatch):
    monkeypatch.setenv(SERVING, str(tmp_path / "none"))
    fork_jobs(SimpleNamespace(non_local_exec=False))
    PythonScript.execute_script(script, script.file)
    assert started == [script.file]


def test_on_a_cluster_and_for_few_jobs_nothing_is_imported(started, monkeypatch):
    usual = PythonScript.execute_script
    fork_jobs(SimpleNamespace(non_local_exec=True))
    monkeypatch.delenv(SERVING)
    fork_jobs(SimpleNamespace(non_local_exec=False, dag=SimpleNamespace(needrun_jobs=lambda: range(FEW))))
    assert PythonScript.execute_script is usual
